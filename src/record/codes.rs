//! Closed code lists. The definitions that people read are data: `codes.tsv` beside this file.

use jiff::civil::Date;

/// A code list: an enum whose variants have one stable text code each.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $first:ident = $first_code:literal, $($variant:ident = $code:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the definitions of the codes are in codes.tsv")]
        pub enum $name {
            #[default]
            $first,
            $($variant,)*
        }

        impl $name {
            /// Every code of the list.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant,)*];

            /// The stable text code.
            pub const fn code(self) -> &'static str {
                match self {
                    Self::$first => $first_code,
                    $(Self::$variant => $code,)*
                }
            }

            /// The variant of a text code, in any letter case.
            pub fn from_code(code: &str) -> Option<Self> {
                let code = code.trim();
                Self::ALL.iter().copied().find(|v| v.code().eq_ignore_ascii_case(code))
            }
        }
    };
}

codes!(
    /// What kind of thing a record is about.
    Kind {
        Unknown = "unknown",
        Person = "person",
        Organization = "organization",
        Vessel = "vessel",
        Aircraft = "aircraft",
        Object = "object",
    }
);

codes!(
    /// What a name is to its bearer.
    NameKind {
        Primary = "primary",
        Alias = "alias",
        Former = "former",
        Birth = "birth",
        OriginalScript = "original_script",
        Variant = "variant",
        Abbreviation = "abbrev",
    }
);

codes!(
    /// How far the publisher trusts a name to identify. Unknown counts as strong.
    Strength {
        Unknown = "unknown",
        Strong = "strong",
        Weak = "weak",
    }
);

codes!(
    /// What a part of a name is.
    PartKind {
        Other = "other",
        Given = "given",
        Middle = "middle",
        Family = "family",
        Patronymic = "patronymic",
        Grandfather = "grandfather",
        Maiden = "maiden",
        Tribal = "tribal",
        Title = "title",
        Suffix = "suffix",
        Whole = "whole",
    }
);

codes!(
    /// What an identifier is.
    IdKind {
        Other = "other",
        Passport = "passport",
        NationalId = "national_id",
        Tax = "tax",
        CompanyRegistration = "company_reg",
        Lei = "lei",
        Imo = "imo",
        Mmsi = "mmsi",
        CallSign = "call_sign",
        AircraftRegistration = "aircraft_reg",
        SerialNumber = "msn",
        Vehicle = "vehicle",
        Container = "container",
        Bic = "bic",
        Iban = "iban",
        Wallet = "wallet",
        Phone = "phone",
        Email = "email",
    }
);

codes!(
    /// What is known against an identifier.
    IdFlag {
        KnownFalse = "known_false",
        Lost = "lost",
        Expired = "expired",
        Revoked = "revoked",
    }
);

codes!(
    /// What a place is to a record.
    PlaceKind {
        Address = "address",
        Birth = "birth",
        Residence = "residence",
        LastSeen = "last_seen",
        Issuance = "issuance",
    }
);

codes!(
    /// What a country is to a record.
    CountryKind {
        Nationality = "nationality",
        Citizenship = "citizenship",
        Residence = "residence",
        Flag = "flag",
        Jurisdiction = "jurisdiction",
        Issuer = "issuer",
        Birth = "birth",
    }
);

codes!(
    /// Sex as stated by the source.
    Sex {
        Unknown = "unknown",
        Male = "m",
        Female = "f",
        Other = "x",
    }
);

codes!(
    /// Role of a subject in the holder's case.
    Role {
        Other = "other",
        Suspect = "suspect",
        Customer = "customer",
        Witness = "witness",
        Victim = "victim",
        Missing = "missing",
        Traveller = "traveller",
    }
);

codes!(
    /// Whether a notice is in force.
    Status {
        Active = "active",
        Amended = "amended",
        Suspended = "suspended",
        UnderReview = "under_review",
        Delisted = "delisted",
        Expired = "expired",
    }
);

impl Status {
    /// Whether notices of this status are screened. Suspended ones and those under review are,
    /// and the status is shown beside the hit.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Delisted | Self::Expired)
    }

    /// The status on a day of a notice that is in force until `valid_to`.
    #[must_use]
    pub fn on(self, day: Date, valid_to: Option<Date>) -> Self {
        match valid_to {
            Some(end) if end < day && self.is_live() => Self::Expired,
            _ => self,
        }
    }
}

codes!(
    /// What kind of notice it is (INTERPOL colours, SIS categories, sanctions, ...).
    NoticeType {
        Other = "other",
        Sanction = "sanction",
        Debarment = "debarment",
        ExportControl = "export_control",
        Wanted = "wanted",
        Crime = "crime",
        Regulatory = "regulatory",
        PersonOfInterest = "poi",
        Red = "red",
        Yellow = "yellow",
        Blue = "blue",
        Black = "black",
        Green = "green",
        Orange = "orange",
        Purple = "purple",
        Silver = "silver",
        UnSpecial = "un_special",
        SisReturn = "sis:return",
        SisRefusal = "sis:refusal",
        SisArrest = "sis:arrest",
        SisMissing = "sis:missing",
        SisVulnerable = "sis:vulnerable",
        SisJudicial = "sis:judicial",
        SisCheck = "sis:check",
        SisObject = "sis:object",
    }
);

codes!(
    /// What the publisher asks of whoever finds the subject.
    Action {
        None = "none",
        Freeze = "freeze",
        Arrest = "arrest",
        Locate = "locate",
        Identify = "identify",
        Warn = "warn",
        Refuse = "refuse",
        Check = "check",
        Seize = "seize",
        Protect = "protect",
    }
);

codes!(
    /// Handling code of a notice (Europol H0 to H3); `public` for published lists.
    Handling {
        Public = "public",
        H0 = "H0",
        H1 = "H1",
        H2 = "H2",
        H3 = "H3",
    }
);

codes!(
    /// Reliability of the source (4x4 grading).
    Grade {
        X = "X",
        A = "A",
        B = "B",
        C = "C",
    }
);

codes!(
    /// Accuracy of the information (4x4 grading).
    InfoGrade {
        Four = "4",
        One = "1",
        Two = "2",
        Three = "3",
    }
);

codes!(
    /// How much a hit deserves attention.
    Band {
        Weak = "weak",
        Possible = "possible",
        Strong = "strong",
    }
);
