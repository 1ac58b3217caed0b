// How long JavaRosa takes with the XForms of a folder, as one JSON object: java -cp … Bench.java FOLDER
//
// real.xml: every question asked, in order, three times over. long.xml: filters and searches of a long list. wide.xml: one
// answer that 2,000 calculations read. A program of its own for each form would start cold each time; here each form is
// loaded five times and the median counts, as on our side.

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.*;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

public class Bench {
    public static void main(String[] arguments) throws Exception {
        new JavaRosaCoreModule().registerModule();
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        String folder = arguments[0];
        List<String> told = new ArrayList<>();
        told.add("\"wide\": " + wide(folder + "/wide.xml"));
        if (new java.io.File(folder, "real.xml").exists()) {
            told.add("\"real\": " + real(folder + "/real.xml"));
            told.add("\"long\": " + longList(folder + "/long.xml"));
        }
        System.out.println("{" + String.join(", ", told) + "}");
        System.exit(0);
    }

    static FormDef load(String file) throws Exception {
        FormDef form = XFormUtils.getFormFromFormXml(file, null);
        form.initialize(true, new InstanceInitializationFactory());
        return form;
    }

    static double loading(String file, int times) throws Exception {
        List<Double> all = new ArrayList<>();
        for (int turn = 0; turn < times; turn++) {
            long begun = System.nanoTime();
            load(file);
            all.add(since(begun));
        }
        return at(all, 50);
    }

    static double since(long begun) {
        return (System.nanoTime() - begun) / 1e6;
    }

    static double at(List<Double> times, int part) {
        Collections.sort(times);
        return times.get((times.size() - 1) * part / 100);
    }

    static Map<String, FormIndex> questions(FormEntryController controller) {
        Map<String, FormIndex> all = new HashMap<>();
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        FormIndex index = FormIndex.createBeginningOfFormIndex();
        while (!index.isEndOfFormIndex()) {
            index = controller.getModel().incrementIndex(index);
            if (index.isInForm()) {
                all.put(index.getReference().getNameLast(), index);
            }
        }
        return all;
    }

    static String real(String file) throws Exception {
        double first = loading(file, 1);
        double median = loading(file, 5);
        FormEntryController controller = new FormEntryController(new FormEntryModel(load(file)));
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
            int event;
            while ((event = controller.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
                if (event != FormEntryController.EVENT_QUESTION) {
                    continue;
                }
                FormEntryPrompt prompt = controller.getModel().getQuestionPrompt();
                if (prompt.isReadOnly()) {
                    continue;
                }
                IAnswerData answer;
                int type = prompt.getControlType();
                boolean many = type == Constants.CONTROL_SELECT_MULTI || type == Constants.CONTROL_RANK;
                List<SelectChoice> choices = many || type == Constants.CONTROL_SELECT_ONE ? prompt.getSelectChoices() : List.of();
                if (!choices.isEmpty()) {
                    Selection selection = new Selection(choices.get(round % choices.size()));
                    answer = many ? new MultipleItemsData(List.of(selection)) : new SelectOneData(selection);
                } else {
                    answer = new UncastData(String.valueOf(12 + round));
                }
                long begun = System.nanoTime();
                try {
                    controller.answerQuestion(answer, true);
                } catch (RuntimeException refused) {
                    continue;
                }
                times.add(since(begun));
            }
        }
        return String.format("{\"first\": %f, \"to_running\": %f, \"sets\": %d, \"set\": %f, \"set_p95\": %f}", first, median, times.size(), at(times, 50), at(times, 95));
    }

    static String longList(String file) throws Exception {
        double first = loading(file, 1);
        double median = loading(file, 3);
        FormDef form = load(file);
        System.gc();
        double memory = (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1048576.0;
        FormEntryController controller = new FormEntryController(new FormEntryModel(form));
        Map<String, FormIndex> all = questions(controller);
        List<Double> filters = new ArrayList<>();
        List<Double> searches = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            controller.answerQuestion(all.get("region"), new SelectOneData(new Selection("r" + round % 10)), true);
            long begun = System.nanoTime();
            controller.answerQuestion(all.get("district"), new SelectOneData(new Selection("d" + round)), true);
            int size = read(controller, all.get("village"));
            filters.add(since(begun));
            if (size != 250) {
                throw new IllegalStateException(size + " rows");
            }
            begun = System.nanoTime();
            controller.answerQuestion(all.get("q"), new StringData("village " + (round + 1) + "7"), true);
            read(controller, all.get("found"));
            searches.add(since(begun));
        }
        return String.format("{\"first\": %f, \"to_running\": %f, \"filter\": %f, \"search\": %f, \"memory_mb\": %f}", first, median, at(filters, 50), at(searches, 50), memory);
    }

    static int read(FormEntryController controller, FormIndex index) {
        FormEntryPrompt prompt = controller.getModel().getQuestionPrompt(index);
        List<SelectChoice> choices = prompt.getSelectChoices();
        int letters = 0;
        for (SelectChoice choice : choices) {
            letters += prompt.getSelectChoiceText(choice).length();
        }
        return letters > 0 ? choices.size() : 0;
    }

    static String wide(String file) throws Exception {
        double median = loading(file, 3);
        FormEntryController controller = new FormEntryController(new FormEntryModel(load(file)));
        FormIndex first = questions(controller).get("q0");
        List<Double> times = new ArrayList<>();
        for (int value = 0; value < 20; value++) {
            long begun = System.nanoTime();
            controller.answerQuestion(first, new IntegerData(value), true);
            times.add(since(begun));
        }
        return String.format("{\"to_running\": %f, \"set\": %f, \"set_p95\": %f}", median, at(times, 50), at(times, 95));
    }
}
