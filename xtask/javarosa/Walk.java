// Fills forms in JavaRosa and tells what it saw, so that two XForms of one workbook can be compared.
//
// java -cp … Walk.java FOLDER: for each name.a.xml of the folder, and name.b.xml beside it, one line: name, a verdict, and what differs first.
// Verdicts: same, differs, chance (a differs from itself, too), b-fails (a finished, b did not), unfit (a does not load or finish).

import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.reference.*;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.services.properties.IPropertyRules;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.*;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

public class Walk {
    static final int MOST_EVENTS = 1500;
    static final int MOST_CHOICES = 60;

    public static void main(String[] arguments) throws Exception {
        new JavaRosaCoreModule().registerModule();
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        PropertyManager.setPropertyManager(new Properties());
        Path stubs = Files.createTempDirectory("walk");
        ReferenceManager.instance().addReferenceFactory(new Stubs(stubs));
        String[] names = new File(arguments[0]).list((folder, name) -> name.endsWith(".a.xml"));
        Arrays.sort(names);
        for (String file : names) {
            String name = file.substring(0, file.length() - ".a.xml".length());
            System.out.println(name + "\t" + compare(arguments[0] + "/" + name));
        }
        System.exit(0);
    }

    static String compare(String stem) {
        String verdict = "unfit\t";
        for (int seed = 1; seed <= 2; seed++) {
            List<String> a;
            try {
                a = fill(stem + ".a.xml", seed);
            } catch (Throwable fault) {
                return verdict + short_(fault);
            }
            List<String> b;
            try {
                b = fill(stem + ".b.xml", seed);
            } catch (Throwable fault) {
                return "b-fails\t" + short_(fault);
            }
            String told = difference(a, b);
            if (told != null) {
                // What a form makes of chance and of the moment is never the same twice.
                boolean chance = false;
                for (int turn = 0; turn < 8 && !chance; turn++) {
                    chance = difference(a, again(stem, seed)) != null;
                }
                return (chance ? "chance\t" : "differs\t") + told;
            }
            verdict = "same\t" + a.size();
        }
        return verdict;
    }

    static List<String> again(String stem, int seed) {
        try {
            return fill(stem + ".a.xml", seed);
        } catch (Throwable fault) {
            return List.of();
        }
    }

    static String difference(List<String> a, List<String> b) {
        for (int line = 0; line < Math.max(a.size(), b.size()); line++) {
            String left = line < a.size() ? a.get(line) : "(end)", right = line < b.size() ? b.get(line) : "(end)";
            if (!left.equals(right)) {
                return clean(left) + " <> " + clean(right);
            }
        }
        return null;
    }

    static String short_(Throwable fault) {
        return clean(fault.getClass().getSimpleName() + ": " + fault.getMessage());
    }

    static String clean(String text) {
        text = text.replaceAll("\\s+", " ");
        return text.length() > 600 ? text.substring(0, 600) : text;
    }

    static List<String> fill(String file, int seed) throws Exception {
        FormDef form = XFormUtils.getFormFromFormXml(file, null);
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryController controller = new FormEntryController(new FormEntryModel(form));
        List<String> seen = new ArrayList<>();
        seen.add(form.getTitle() + " " + form.getMainInstance().getRoot().getName());
        int events = 0;
        int event;
        while ((event = controller.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM && events++ < MOST_EVENTS) {
            String at = event + " " + controller.getModel().getFormIndex().getReference();
            if (event == FormEntryController.EVENT_QUESTION) {
                seen.add(at + question(controller, form, seed));
            } else if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                seen.add(at);
                if (controller.getModel().getFormIndex().getElementMultiplicity() < 2) {
                    controller.newRepeat();
                }
            } else {
                FormEntryCaption caption = controller.getModel().getCaptionPrompt();
                seen.add(at + " " + caption.getLongText() + " " + caption.getAppearanceHint());
            }
        }
        controller.finalizeFormEntry();
        ValidateOutcome invalid = form.validate(true);
        seen.add(invalid == null ? "valid" : "invalid " + invalid.failedPrompt.getReference() + " " + invalid.outcome);
        String record = new String(new XFormSerializingVisitor().serializeInstance(form.getMainInstance()), StandardCharsets.UTF_8);
        // The order of attributes means nothing.
        int begin = record.indexOf(' ', record.indexOf("?>") + 2);
        int end = record.indexOf('>', begin);
        String[] attributes = record.substring(begin + 1, end).split("(?<=\") ");
        Arrays.sort(attributes);
        seen.add(masked(record.substring(0, begin) + " " + String.join(" ", attributes) + record.substring(end)));
        return seen;
    }

    static String masked(String text) {
        return text.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "*").replaceAll("\\d{4}-\\d\\d-\\d\\d(T[0-9:.+Z-]*)?", "*").replaceAll("\\d\\d:\\d\\d:\\d\\d[0-9.+:Z-]*", "*");
    }

    static String question(FormEntryController controller, FormDef form, int seed) {
        FormEntryPrompt prompt = controller.getModel().getQuestionPrompt();
        StringBuilder told = new StringBuilder();
        told.append(" ").append(prompt.getControlType()).append(" ").append(prompt.getDataType());
        told.append(prompt.isRequired() ? " required" : "").append(prompt.isReadOnly() ? " readonly" : "");
        String[] languages = controller.getModel().getLanguages();
        for (String language : languages == null ? new String[] {null} : languages) {
            if (language != null) {
                controller.setLanguage(language);
            }
            told.append(" |").append(prompt.getLongText()).append("|").append(prompt.getHelpText()).append("|").append(prompt.getImageText());
            told.append("|").append(prompt.getConstraintText());
        }
        if (languages != null && languages.length > 0) {
            controller.setLanguage(languages[0]);
        }
        told.append(" ").append(prompt.getAppearanceHint()).append(" ").append(masked(String.valueOf(prompt.getAnswerText())));
        boolean choosing = List.of(Constants.CONTROL_SELECT_ONE, Constants.CONTROL_SELECT_MULTI, Constants.CONTROL_RANK).contains(prompt.getControlType());
        List<SelectChoice> choices = choosing ? prompt.getSelectChoices() : List.of();
        told.append(" of ").append(choices.size());
        for (SelectChoice choice : choices.subList(0, Math.min(MOST_CHOICES, choices.size()))) {
            told.append(" ").append(choice.getValue()).append("=").append(prompt.getSelectChoiceText(choice));
        }
        if (prompt.isReadOnly()) {
            return told.toString();
        }
        for (int attempt = 0; attempt < 4; attempt++) {
            IAnswerData answer;
            try {
                answer = answer(prompt, choices, seed * 7 + attempt * 3 + told.length() % 5);
            } catch (RuntimeException fault) {
                break;
            }
            int code = controller.answerQuestion(answer, true);
            told.append(" -> ").append(answer == null ? "nothing" : answer.uncast().getString()).append(" ").append(code);
            if (code == FormEntryController.ANSWER_OK) {
                break;
            }
        }
        return told.toString();
    }

    static IAnswerData answer(FormEntryPrompt prompt, List<SelectChoice> choices, int turn) {
        int type = prompt.getControlType();
        if (type == Constants.CONTROL_SELECT_ONE && !choices.isEmpty()) {
            return new SelectOneData(new Selection(choices.get(turn % choices.size())));
        }
        if (type == Constants.CONTROL_SELECT_MULTI || type == Constants.CONTROL_RANK) {
            List<Selection> picked = new ArrayList<>();
            for (int place = 0; place < choices.size(); place++) {
                if (type == Constants.CONTROL_RANK || (place + turn) % 3 != 0) {
                    picked.add(new Selection(choices.get(place)));
                }
            }
            return picked.isEmpty() ? null : new MultipleItemsData(picked);
        }
        switch (prompt.getDataType()) {
            case Constants.DATATYPE_INTEGER: return new IntegerData(List.of(1, 2, 12, 30, 100, 2000).get(turn % 6));
            case Constants.DATATYPE_DECIMAL: return new DecimalData(turn * 1.5);
            case Constants.DATATYPE_LONG: return new LongData(turn);
            case Constants.DATATYPE_BOOLEAN: return new BooleanData(turn % 2 == 0);
            case Constants.DATATYPE_GEOPOINT: return new GeoPointData(new double[] {31.5 + turn, 120.25, 4, 5});
            case Constants.DATATYPE_TEXT: return new StringData(List.of("a", "Lin", "12345", "13800000000").get(turn % 4));
            case Constants.DATATYPE_CHOICE: return new StringData("a");
            default: return new UncastData("2024-03-0" + (1 + turn % 9));
        }
    }

    // Nobody's phone.
    static class Properties implements IPropertyManager {
        public List<String> getProperty(String name) {
            return List.of(name + "-of-nobody");
        }

        public void setProperty(String name, String value) {}

        public void setProperty(String name, List<String> value) {}

        public String getSingularProperty(String name) {
            return name + "-of-nobody";
        }

        public void addRules(IPropertyRules rules) {}

        public List<IPropertyRules> getRules() {
            return List.of();
        }
    }

    // Every address that comes with a form is a small file of the right kind.
    static class Stubs implements ReferenceFactory {
        final Path folder;

        Stubs(Path folder) {
            this.folder = folder;
        }

        public boolean derives(String address) {
            return address.startsWith("jr://");
        }

        public Reference derive(String address) {
            return new Stub(folder, address);
        }

        public Reference derive(String address, String context) {
            return derive(address);
        }
    }

    static class Stub implements Reference {
        final Path file;
        final String address;

        Stub(Path folder, String address) {
            this.address = address;
            this.file = folder.resolve(address.replaceAll("[^A-Za-z0-9.]", "_"));
            try {
                if (!Files.exists(file)) {
                    Files.writeString(file, content(address));
                }
            } catch (java.io.IOException fault) {
                throw new RuntimeException(fault);
            }
        }

        static String content(String address) {
            if (address.endsWith(".csv")) {
                return "name,label,list_name\na,Apple,x\nb,Pear,y\n";
            }
            if (address.endsWith(".geojson")) {
                return "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]},\"properties\":{\"title\":\"A\"}}]}";
            }
            return "<root><item><name>a</name><label>Apple</label></item><item><name>b</name><label>Pear</label></item></root>";
        }

        public boolean doesBinaryExist() {
            return true;
        }

        public InputStream getStream() throws java.io.IOException {
            return Files.newInputStream(file);
        }

        public String getURI() {
            return address;
        }

        public String getLocalURI() {
            return file.toString();
        }

        public boolean isReadOnly() {
            return true;
        }

        public OutputStream getOutputStream() {
            return null;
        }

        public void remove() {}

        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }
}
