//! Why a workbook is no form yet, and what it had better say: a code, and the sheet, the row and the column of it.
//!
//! Owns the codes. Refuses to say words: they stand in the catalogue in every language, under the code, with the cure.
//! Invariant: a code keeps its name for ever.

macro_rules! codes {
    ($(#[$head:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$head])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }
        }
    };
}

codes! {
    /// Why a workbook or an XForm is refused.
    Code {
        /// The file can't be read.
        FileDamaged = "file_damaged",
        /// The file asks for a password.
        FileLocked = "file_locked",
        /// The file, a part or a cell of it is too large.
        FileTooLarge = "file_too_large",
        /// The bytes are no workbook, table or XForm.
        FileUnknown = "file_unknown",
        /// A sheet that is needed is not there.
        SheetMissing = "sheet_missing",
        /// Two columns have the same header.
        HeaderDuplicate = "header_duplicate",
        /// Two headers are names of one column.
        HeaderTwice = "header_twice",
        /// A column that is needed is not there.
        HeaderMissing = "header_missing",
        /// A column of the entities sheet that nobody knows.
        HeaderUnknown = "header_unknown",
        /// The form has no id.
        FormIdMissing = "form_id_missing",
        /// An encrypted form needs its instance id.
        InstanceIdNeeded = "instance_id_needed",
        /// A name that can't name an element.
        NameInvalid = "name_invalid",
        /// A question without name.
        NameMissing = "name_missing",
        /// A name that stands twice beside its brothers.
        NameDuplicate = "name_duplicate",
        /// The name `meta`.
        NameReserved = "name_reserved",
        /// A repeat named like the form's root.
        RepeatNamedLikeForm = "repeat_named_like_form",
        /// Two repeats of one name.
        RepeatNameDuplicate = "repeat_name_duplicate",
        /// A choice without name.
        ChoiceNameMissing = "choice_name_missing",
        /// Two choices of a list with one name.
        ChoiceNameDuplicate = "choice_name_duplicate",
        /// A choice of a select multiple with a space in its name.
        ChoiceNameSpace = "choice_name_space",
        /// A question without type.
        TypeMissing = "type_missing",
        /// A type that nobody knows.
        TypeUnknown = "type_unknown",
        /// A `${` that begins no reference.
        ReferenceMalformed = "reference_malformed",
        /// References without a comma between them.
        ReferenceComma = "reference_comma",
        /// A reference to a name that is not there.
        ReferenceUnknown = "reference_unknown",
        /// A reference to a name that stands more than once.
        ReferenceAmbiguous = "reference_ambiguous",
        /// An end without its begin.
        EndUnmatched = "end_unmatched",
        /// A begin without its end.
        BeginUnmatched = "begin_unmatched",
        /// A list that the choices sheet does not have.
        ListMissing = "list_missing",
        /// A list that the external choices sheet does not have.
        ExternalListMissing = "external_list_missing",
        /// A file of choices that is neither XML nor CSV nor GeoJSON.
        ListFileKind = "list_file_kind",
        /// `or_other` with a choice filter.
        OtherWithFilter = "other_with_filter",
        /// `or_other` on a list without choices.
        OtherWithoutChoices = "other_without_choices",
        /// A table list with a choice filter.
        TableListWithFilter = "table_list_with_filter",
        /// A table list with two lists.
        TableListMixed = "table_list_mixed",
        /// A loop without a list.
        LoopListMissing = "loop_list_missing",
        /// A calculate without calculation.
        CalculationMissing = "calculation_missing",
        /// A trigger that nobody sees.
        TriggerHidden = "trigger_hidden",
        /// A background-geopoint without trigger.
        BackgroundTriggerMissing = "background_trigger_missing",
        /// A background-geopoint with a calculation.
        BackgroundCalculation = "background_calculation",
        /// An audit that is not named `audit`.
        AuditName = "audit_name",
        /// Parameters that are no pairs.
        ParametersMalformed = "parameters_malformed",
        /// A parameter that this type does not have.
        ParameterUnknown = "parameter_unknown",
        /// A parameter that is none of its values.
        ParameterValue = "parameter_value",
        /// A parameter that is no number.
        ParameterNumber = "parameter_number",
        /// A parameter without another that it needs.
        ParameterNeeds = "parameter_needs",
        /// An app that is no package name.
        AppName = "app_name",
        /// A reference geometry that is nothing of the form.
        ReferenceGeometry = "reference_geometry",
        /// A step of nothing.
        RangeZero = "range_zero",
        /// A step larger than its range.
        RangeTooLarge = "range_too_large",
        /// A value that is not on a step.
        RangeStep = "range_step",
        /// A value outside its range.
        RangeOutside = "range_outside",
        /// Ticks that the appearance does not have.
        RangeAppearance = "range_appearance",
        /// A label of a range whose value is no number.
        RangeLabelNumber = "range_label_number",
        /// More labels than the two ends.
        RangeLabelEnds = "range_label_ends",
        /// A question that shows nothing.
        LabelMissing = "label_missing",
        /// A big image without the small one.
        BigImageAlone = "big_image_alone",
        /// A medium that nobody knows.
        MediumUnknown = "medium_unknown",
        /// A select whose type of data is no text.
        SelectDataType = "select_data_type",
        /// Two attachments under one instance name.
        InstanceClash = "instance_clash",
        /// `search()` on a list that others use without.
        SearchMixed = "search_mixed",
        /// `search()` on a list from a file.
        SearchFromFile = "search_from_file",
        /// A property to save to, but no entities.
        SaveToWithoutEntities = "save_to_without_entities",
        /// Two questions saved to one property.
        SaveToDuplicate = "save_to_duplicate",
        /// A group or repeat saved to a property.
        SaveToGroup = "save_to_group",
        /// A list of entities that is not declared.
        SaveToListUnknown = "save_to_list_unknown",
        /// A property without its list, where there are several.
        SaveToListMissing = "save_to_list_missing",
        /// More than one `#` in a property.
        SaveToHashes = "save_to_hashes",
        /// A property named `name` or `label`.
        SaveToReserved = "save_to_reserved",
        /// A property where its entity is not.
        SaveToScope = "save_to_scope",
        /// Names that begin with two underscores.
        NameUnderscores = "name_underscores",
        /// A list of entities with a point in its name.
        EntityNamePoint = "entity_name_point",
        /// A list of entities without name.
        EntityNameMissing = "entity_name_missing",
        /// A list of entities that is declared twice.
        EntityNameDuplicate = "entity_name_duplicate",
        /// New entities without label.
        EntityLabelMissing = "entity_label_missing",
        /// Entities that may be made or changed, without saying when changed.
        EntityUpdateMissing = "entity_update_missing",
        /// Changed entities without saying which.
        EntityIdMissing = "entity_id_missing",
        /// No group is left for an entity.
        EntityNoPlace = "entity_no_place",
        /// An entity that refers to where it can't stand.
        EntityScope = "entity_scope",
        /// Nests deeper than the limit.
        TooDeep = "too_deep",
        /// An XForm without what every XForm has.
        XFormIncomplete = "xform_incomplete",
        /// A path of an XForm that leads nowhere.
        XFormPath = "xform_path",
    }
}

codes! {
    /// What is worth knowing of a form that was imported nevertheless.
    WarningCode {
        /// A sheet whose name is nearly one of a form's.
        SheetMisspelt = "sheet_misspelt",
        /// The id stands in two columns.
        FormIdTwice = "form_id_twice",
        /// The column `disabled` is of no edition of the specification.
        DisabledColumn = "disabled_column",
        /// A row without type, name and label.
        RowSkipped = "row_skipped",
        /// Names that differ in case only.
        NameCase = "name_case",
        /// A repeat without label.
        RepeatLabelMissing = "repeat_label_missing",
        /// A choice without label.
        ChoiceLabelMissing = "choice_label_missing",
        /// A column of the choices sheet with a space in its header, left out.
        ChoiceHeaderDropped = "choice_header_dropped",
        /// Choices of one name, kept because leniency was asked for.
        ChoiceNameDuplicate = "choice_name_duplicate",
        /// A column that a language lacks.
        TranslationMissing = "translation_missing",
        /// `or_other` is not translated.
        OtherUntranslated = "other_untranslated",
        /// A property of the phone that phones do not tell any more.
        DevicePropertyGone = "device_property_gone",
        /// Pictures of full size.
        ImageSize = "image_size",
        /// `select_one_external` without filter.
        ExternalWithoutFilter = "external_without_filter",
        /// `select_one_external`, which the specification advises against.
        ExternalSelect = "external_select",
        /// `search()`, which other clients do not have.
        SearchUsed = "search_used",
        /// An appearance that no client is known to have; kept.
        AppearanceUnknown = "appearance_unknown",
        /// A choice filter that must look through a long list.
        FilterScans = "filter_scans",
    }
}

/// A workbook or an XForm that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused as {}", .code.code())]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// The sheet, by the name that it has in every form.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: Option<u32>,
    /// The column, by its header.
    pub column: Option<String>,
    /// What the sentence names besides: names and values.
    pub details: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(code: Code) -> Refusal {
        Refusal { code, sheet: None, row: None, column: None, details: Vec::new() }
    }

    pub(super) fn survey(code: Code, row: u32, column: &str) -> Refusal {
        Refusal::new(code).at("survey", row, column)
    }

    /// Says where. Row 0 is none.
    pub(super) fn at(mut self, sheet: &str, row: u32, column: &str) -> Refusal {
        self.sheet = Some(sheet.to_owned());
        self.row = (row > 0).then_some(row);
        self.column = (!column.is_empty()).then(|| column.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Refusal {
        self.details.push((name, value.into()));
        self
    }
}

/// Something worth knowing of a form that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What.
    pub code: WarningCode,
    /// The sheet, by the name that it has in every form.
    pub sheet: &'static str,
    /// The row, from 1, if it is of one.
    pub row: Option<u32>,
    /// What the sentence names besides.
    pub details: Vec<(&'static str, String)>,
}

impl Warning {
    pub(super) fn new(code: WarningCode, sheet: &'static str, row: u32) -> Warning {
        Warning { code, sheet, row: (row > 0).then_some(row), details: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Warning {
        self.details.push((name, value.into()));
        self
    }
}
