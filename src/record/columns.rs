//! The one column table: canonical names of flat columns, with the synonyms that subject files and
//! generic notice files use. `read` finds columns with it, `report` names them with it.

/// Declares the columns: variant, canonical name, other headers that mean the same.
macro_rules! columns {
    ($($variant:ident $name:literal [$($synonym:literal),* $(,)?],)*) => {
        /// A flat column of subject and generic notice files.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the canonical names say it")]
        pub enum Column {
            $($variant,)*
        }

        impl Column {
            /// Every column, in the order in which they are written.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Canonical name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Other headers that mean the same, lower case, words separated by one space.
            pub const fn synonyms(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($synonym),*],)*
                }
            }
        }
    };
}

columns! {
    Id "id" [
        "subject id", "customer id", "customer number", "customer no", "client id", "client number",
        "person id", "record id", "source id", "notice id", "entity id", "party id", "uid", "key",
        "reference", "ref", "case id", "account id", "account number", "passenger id", "identifier",
        "kundennummer", "kunden nr", "kundennr", "kunden id", "personen id", "aktenzeichen", "nr",
        "numero client", "numéro client", "identifiant", "id client", "numero de cliente",
        "número de cliente", "id cliente", "identificador", "no", "number",
    ],
    Kind "kind" [
        "type", "entity type", "subject type", "subject kind", "party type", "record type",
        "customer type", "sdn type", "schema", "typ", "art", "tipo", "genre d entite",
    ],
    Role "role" ["case role", "subject role", "rolle", "rôle", "rol"],
    Name "name" [
        "full name", "fullname", "whole name", "complete name", "primary name", "main name",
        "customer name", "client name", "person name", "entity name", "company name", "company",
        "organisation name", "organization name", "vessel name", "ship name", "legal name",
        "subject name", "passenger name", "vollständiger name", "vollstaendiger name", "firma",
        "firmenname", "nom complet", "raison sociale", "denomination", "dénomination",
        "nombre completo", "nombre y apellidos", "razon social", "razón social", "nome completo",
    ],
    Given "given" [
        "given name", "given names", "first name", "firstname", "first names", "forename",
        "forenames", "christian name", "vorname", "vornamen", "prenom", "prénom", "prenoms",
        "prénoms", "nombre", "nombres", "nome", "imya", "имя",
    ],
    Middle "middle" [
        "middle name", "middle names", "middlename", "second name", "second given name",
        "zweiter vorname", "deuxieme prenom", "deuxième prénom", "segundo nombre",
    ],
    Family "family" [
        "family name", "family names", "last name", "lastname", "surname", "surnames",
        "nachname", "familienname", "zuname", "nom", "nom de famille", "apellido", "apellidos",
        "cognome", "sobrenome", "apelido", "фамилия",
    ],
    Patronymic "patronymic" [
        "patronymic name", "father name", "fathers name", "father s name", "vatersname",
        "patronyme", "patronimico", "patronímico", "отчество",
    ],
    Alias "alias" [
        "aliases", "aka", "a k a", "also known as", "other names", "other name", "alternative names",
        "alternative name", "alt names", "alt name", "aliasnamen", "aliasname", "weitere namen",
        "autres noms", "otros nombres", "alias fuertes",
    ],
    WeakAlias "weak_alias" [
        "weak aliases", "low quality alias", "weak aka", "nickname", "nicknames", "spitzname",
        "surnom", "apodo",
    ],
    FormerName "former_name" [
        "former names", "previous name", "previous names", "fka", "f k a", "formerly known as",
        "frühere namen", "fruehere namen", "anciens noms", "nombres anteriores",
    ],
    BirthName "birth_name" [
        "name at birth", "maiden name", "geburtsname", "nom de naissance", "apellido de soltera",
    ],
    OriginalName "original_name" [
        "original script name", "name original script", "native name", "name in original script",
        "non latin name", "original script", "original script names", "native names",
    ],
    NameKind "name_kind" ["name type", "alias type"],
    NameStrength "name_strength" ["alias strength", "alias quality", "strength"],
    BirthDate "birth_date" [
        "birthdate", "birth dates", "date of birth", "dates of birth", "dob", "birthday", "born",
        "day of birth", "geburtsdatum", "geb datum", "geb", "geboren", "geburtstag",
        "date de naissance", "ne le", "né le", "fecha de nacimiento", "fecha nacimiento",
        "data di nascita", "data de nascimento", "дата рождения", "birth year", "year of birth",
        "yob",
    ],
    BirthPlace "birth_place" [
        "place of birth", "places of birth", "pob", "birthplace", "city of birth", "geburtsort",
        "lieu de naissance", "lugar de nacimiento", "luogo di nascita",
    ],
    BirthCountry "birth_country" [
        "country of birth", "geburtsland", "pays de naissance", "pais de nacimiento",
        "país de nacimiento",
    ],
    DeathDate "death_date" ["date of death", "deceased on", "sterbedatum", "todesdatum", "date de deces"],
    IncorporationDate "incorporation_date" [
        "date of incorporation", "incorporated on", "founded", "foundation date",
        "date of registration", "gründungsdatum", "date de creation", "fecha de constitucion",
    ],
    BuildDate "build_date" ["year built", "built", "build year", "baujahr"],
    Nationality "nationality" [
        "nationalities", "nationalität", "nationalitaet", "staatsangehörigkeit",
        "staatsangehoerigkeit", "nationalite", "nationalité", "nacionalidad", "nazionalità",
        "nacionalidade", "гражданство",
    ],
    Citizenship "citizenship" ["citizenships", "citizen", "staatsbürgerschaft", "citoyennete", "ciudadania"],
    Country "country" [
        "countries", "country of residence", "residence", "residence country", "country code",
        "land", "wohnsitzland", "pays", "pays de residence", "pays de résidence", "pais", "país",
        "pais de residencia", "paese", "страна",
    ],
    Flag "flag" ["vessel flag", "vess flag", "flag state", "flagge", "pavillon", "bandera"],
    Jurisdiction "jurisdiction" ["country of incorporation", "incorporation country", "sitzland"],
    Sex "sex" ["gender", "geschlecht", "sexe", "sexo", "sesso", "genre", "пол"],
    IdType "id_type" [
        "document type", "id document type", "doc type", "identification type", "ausweisart",
        "dokumentenart", "type de document", "tipo de documento",
    ],
    IdNumber "id_number" [
        "document number", "id no", "id numbers", "identity number", "identification number",
        "identification numbers", "doc number", "document no", "identifiers", "ids", "ausweisnummer",
        "dokumentennummer", "numero de document", "numéro de document", "numero de documento",
        "número de documento",
    ],
    IdCountry "id_country" [
        "document country", "issuing state", "country of issue", "id issuing country",
        "ausstellungsland", "pays de delivrance", "pais de expedicion",
    ],
    Passport "passport" [
        "passport number", "passport no", "passport numbers", "passports", "passport details",
        "reisepass", "reisepassnummer", "passnummer", "passeport", "numero de passeport",
        "pasaporte", "numero de pasaporte",
    ],
    NationalId "national_id" [
        "national id number", "national identity number", "national identifier",
        "identity card number", "id card", "personalausweis", "personalausweisnummer",
        "carte d identite", "dni", "cedula", "cédula", "nif", "cni",
    ],
    TaxId "tax_id" [
        "tax number", "tax id number", "tin", "vat number", "vat id", "steuernummer", "steuer id",
        "numero fiscal", "rfc", "inn",
    ],
    CompanyNumber "company_number" [
        "company registration", "company reg", "registration number", "company no", "company id",
        "handelsregisternummer", "hrb", "siren", "siret", "ogrn",
    ],
    Lei "lei" ["legal entity identifier"],
    Imo "imo" ["imo number", "imo no"],
    Mmsi "mmsi" ["mmsi number"],
    CallSign "call_sign" ["callsign", "rufzeichen"],
    AircraftRegistration "aircraft_registration" [
        "aircraft reg", "tail number", "aircraft mark", "registration mark", "luftfahrzeugkennzeichen",
    ],
    SerialNumber "msn" ["serial number", "aircraft serial number", "manufacturer serial number"],
    Vehicle "vehicle" [
        "vin", "vehicle id", "vehicle identification number", "license plate", "licence plate",
        "number plate", "kennzeichen", "fahrgestellnummer",
    ],
    Container "container" ["container number", "container id", "containernummer"],
    Iban "iban" ["bank account"],
    Bic "bic" ["swift", "swift code", "swift bic"],
    Wallet "wallet" ["wallet address", "crypto wallet", "digital currency address"],
    Phone "phone" ["phone number", "telephone", "mobile", "phones", "telefon", "telefono", "téléphone"],
    Email "email" ["e mail", "email address", "emails", "mail"],
    Address "address" [
        "addresses", "full address", "street", "anschrift", "adresse", "direccion", "dirección",
        "indirizzo",
    ],
    City "city" ["town", "ort", "stadt", "wohnort", "ville", "ciudad"],
    Region "region" ["state or province", "province", "bundesland"],
    PostalCode "postal_code" ["zip", "zip code", "postcode", "post code", "plz", "code postal"],
    NoticeType "notice_type" ["notice", "list type", "alert type", "notice kind"],
    Action "action_requested" ["action", "requested action", "measure requested"],
    Status "status" ["notice status", "listing status"],
    ValidFrom "valid_from" ["start date", "listed on", "listing date", "effective date", "date listed"],
    ValidTo "valid_to" [
        "valid until", "valid till", "end date", "expiry date", "expires", "expires on",
        "expiration date", "gültig bis", "gueltig bis", "valable jusqu au",
    ],
    ReviewBy "review_by" ["review date", "review due", "next review"],
    Program "program" ["programs", "programme", "programmes", "regime", "sanctions program"],
    Measures "measures" ["sanctions imposed", "sanctions"],
    Authority "authority" ["issuing authority", "listing authority"],
    LegalBasis "legal_basis" ["legal bases", "rechtsgrundlage", "base legale", "base legal"],
    IssuingCountry "issuing_country" ["requesting country", "issued by country"],
    LegalityCheckedBy "legality_checked_by" ["legality checked", "checked by"],
    LegalityCheckedAt "legality_checked_at" ["legality checked on", "checked at", "checked on"],
    Handling "handling" ["handling code", "handling codes"],
    Caveat "caveat" ["handling caveat"],
    Originator "originator" ["owner", "data owner"],
    Purposes "purposes" ["permitted purposes", "allowed purposes"],
    NoSendTo "no_send_to" ["not releasable to", "no foreign", "dissemination block"],
    SourceGrade "source_grade" ["source grading", "source evaluation", "source reliability"],
    InfoGrade "info_grade" ["information grade", "information grading", "information evaluation"],
    Charge "charge" ["charges", "offence", "offense", "offences", "offenses"],
    Position "position" ["positions", "function", "designation", "occupation", "beruf"],
    Language "language" ["languages", "languages spoken"],
    Reference "refs" ["references", "un reference", "un ref", "other references"],
    Remarks "remarks" ["remark", "comments", "comment", "notes", "note", "bemerkung", "bemerkungen", "remarques"],
}

impl Column {
    /// The column of a header, in any letter case and punctuation.
    pub fn find(header: &str) -> Option<Self> {
        let folded = fold_header(header);
        Self::ALL.iter().copied().find(|column| {
            fold_header(column.name()) == folded || column.synonyms().contains(&folded.as_str())
        })
    }

    /// Canonical name and the first synonyms, as an error lists what was expected.
    pub fn expected(columns: &[Self]) -> String {
        let mut names: Vec<&str> = Vec::new();
        for column in columns {
            names.push(column.name());
            names.extend(column.synonyms().iter().take(3));
        }
        names.join(", ")
    }
}

/// Lower case; every run of characters other than letters and digits is one space.
pub fn fold_header(header: &str) -> String {
    folded(header).collect()
}

/// The characters of [`fold_header`], for comparing without a text of their own.
pub(crate) fn folded(header: &str) -> impl Iterator<Item = char> + '_ {
    let words = header.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).enumerate();
    words.flat_map(|(at, word)| {
        let space = (at > 0).then_some(' ');
        space
            .into_iter()
            .chain(word.chars().flat_map(char::to_lowercase))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_by_name_and_synonym() {
        assert_eq!(Column::find("Geb.-Datum"), Some(Column::BirthDate));
        assert_eq!(Column::find("BIRTH_DATE"), Some(Column::BirthDate));
        assert_eq!(Column::find("Last Name "), Some(Column::Family));
        assert_eq!(Column::find("Prénom"), Some(Column::Given));
        assert_eq!(Column::find("favourite colour"), None);
    }

    #[test]
    fn no_header_means_two_columns_and_all_synonyms_are_folded() {
        let mut seen = std::collections::BTreeMap::new();
        for column in Column::ALL {
            let mut headers: Vec<String> =
                column.synonyms().iter().map(|s| (*s).to_owned()).collect();
            headers.push(fold_header(column.name()));
            for header in headers {
                assert_eq!(fold_header(&header), header);
                if let Some(other) = seen.insert(header.clone(), column) {
                    panic!("{header}: {other:?} and {column:?}");
                }
            }
        }
    }
}
