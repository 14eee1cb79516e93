/** What a column's name suggests. */
export interface PersonalName {
  /** For a sentence: `looks like an email address`. */
  readonly what: string
  /** The class that fits in most cases. */
  readonly class: 'direct_identifier' | 'indirect_identifier' | 'pseudonym' | 'special_category' | 'financial'
  /** Said only where nothing declares that the data is not personal: `customer_id` may be a company's. */
  readonly vague?: true
  /** Only the whole column counts: `name`, but not `product_name`. */
  readonly whole?: true
}

type Entry = PersonalName & { readonly names: string }

/**
 * English, German, French, Spanish, Italian, Portuguese, Dutch, Polish and Swedish, without accents. A name of several words (`first_name`) is
 * also found written as one (`firstname`).
 */
const dictionary: readonly Entry[] = [
  {
    what: 'an email address',
    class: 'direct_identifier',
    names: 'email e_mail mail courriel correo correo_electronico posta_elettronica',
  },
  {
    what: "a person's name",
    class: 'direct_identifier',
    names:
      'first_name last_name middle_name full_name given_name family_name maiden_name surname forename customer_name user_name person_name ' +
      'contact_name employee_name patient_name member_name subscriber_name guest_name passenger_name recipient_name sender_name holder_name ' +
      'cardholder vorname nachname familienname zuname geburtsname kundenname ansprechpartner prenom nom_famille nom_client apellido apellidos ' +
      'nombre_completo nombre_cliente cognome nome_cliente nome_completo sobrenome apelido voornaam achternaam klantnaam imie nazwisko fornamn ' +
      'efternamn',
  },
  {
    what: "a person's name",
    class: 'direct_identifier',
    vague: true,
    whole: true,
    names: 'name nom nombre nome naam namn fname lname',
  },
  {
    what: 'a telephone number',
    class: 'direct_identifier',
    names:
      'phone telephone mobile_number mobile_phone cell_phone cellphone fax msisdn whatsapp telefon telefonnummer telefonnr handy handynummer rufnummer ' +
      'mobilnummer telefono movil celular cellulare telefone telefoon telefoonnummer portable_numero numero_portable',
  },
  {
    what: 'a date of birth',
    class: 'indirect_identifier',
    names:
      'birth birthday birthdate birthplace dob date_of_birth geburtsdatum geburtstag geburtsort geburtsjahr naissance nacimiento nascita nascimento ' +
      'geboortedatum data_urodzenia fodelsedatum',
  },
  {
    what: 'a postal address',
    class: 'direct_identifier',
    names:
      'street street_address postal_address home_address billing_address shipping_address delivery_address mailing_address address_line ' +
      'strasse hausnummer anschrift wohnort wohnadresse lieferadresse rechnungsadresse rue adresse direccion domicilio indirizzo endereco straat ' +
      'huisnummer ulica',
  },
  {
    what: 'a postal address',
    class: 'direct_identifier',
    vague: true,
    names:
      'address zip_code zip postcode postal_code plz postleitzahl code_postal codigo_postal latitude longitude geolocation',
  },
  {
    what: 'an account or card number',
    class: 'financial',
    names:
      'iban kontonummer bank_account account_number card_number credit_card kreditkarte kreditkartennummer cvv cvc numero_carte tarjeta_credito ' +
      'carta_credito rekeningnummer',
  },
  {
    what: 'an official identity number',
    class: 'direct_identifier',
    names:
      'ssn social_security national_id passport drivers_license driver_license id_card identity_card steuernummer steuernr steuer_id steuer_identifikation ' +
      'steueridentifikationsnummer sozialversicherungsnummer svnr personalausweis ausweisnummer reisepass fuehrerschein numero_secu nir codice_fiscale ' +
      'dni bsn burgerservicenummer cpf pesel personnummer nino national_insurance',
  },
  {
    what: 'an official identity number',
    class: 'direct_identifier',
    vague: true,
    names: 'tax_id tax_number vat_id nif license_plate number_plate kennzeichen',
  },
  {
    what: 'an address of a device',
    class: 'indirect_identifier',
    names: 'ip ip_address ip_addr ipv4 ipv6 ip_adresse mac_address imei idfa gaid advertising_id',
  },
  {
    what: 'an address of a device',
    class: 'indirect_identifier',
    vague: true,
    names: 'device_id cookie_id user_agent',
  },
  {
    what: 'data of a special category or about a person',
    class: 'special_category',
    names:
      'religion konfession ethnicity ethnic_origin diagnosis diagnose disability blood_type sexual_orientation union_member gewerkschaft ' +
      'trade_union genetic biometric',
  },
  {
    what: 'a trait of a person',
    class: 'indirect_identifier',
    names:
      'gender geschlecht nationality staatsangehoerigkeit marital_status familienstand salutation anrede salary gehalt',
  },
  {
    what: 'a trait of a person',
    class: 'indirect_identifier',
    vague: true,
    whole: true,
    names: 'age alter sex title titel',
  },
  {
    what: "a person's identifier, a pseudonym",
    class: 'pseudonym',
    vague: true,
    names:
      'customer_id customer_key customer_number customer_no user_id user_key person_id patient_id employee_id member_id subscriber_id visitor_id ' +
      'guest_id passenger_id contact_id kunden_id kundennummer kundennr kunden_nr benutzer_id mitarbeiter_id personalnummer patienten_id client_id ' +
      'id_client id_cliente cliente_id klant_id klantnummer login username',
  },
]

const names: ReadonlyMap<string, PersonalName> = new Map(
  dictionary.flatMap(({ names, ...name }) =>
    names.split(' ').map((text): [string, PersonalName] => [text.replaceAll('_', ''), name]),
  ),
)
const longest = 3

/** A last word after which the name is about something else: the status of an email, not the email. */
const otherThings = new Set(
  (
    'count cnt anzahl status state type typ typ_id flag valid validated verified enabled disabled sent opened clicked bounced delivered template ' +
    'campaign subject provider server format length version present missing optin optout consent campaigns templates preference'
  ).split(' '),
)
/** A hash of personal data is a pseudonym, so still personal data (GDPR, Article 4(5)). */
const hashes = new Set(
  'hash hashed md5 sha sha1 sha2 sha256 sha512 token tokenized pseudonym pseudonymized encrypted'.split(' '),
)
const questions = new Set(['is', 'has', 'had', 'can', 'num', 'nb', 'n', 'count', 'anzahl', 'total'])

/**
 * What the name of a column suggests about persons, or null. Words are looked for, never letters within a word, so that `filename` and
 * `product_name` suggest nothing; `more` holds further names, as the dictionary's.
 */
export function personalName(column: string, more: readonly string[] = []): PersonalName | null {
  const words = wordsOf(column)
  if (questions.has(words[0] ?? '') || otherThings.has(words.at(-1) ?? '')) return null
  const added = new Set(more.map((name) => wordsOf(name).join('')))
  for (let length = Math.min(longest, words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const text = words.slice(start, start + length).join('')
      if (added.has(text)) return { what: 'personal data by your configuration', class: 'direct_identifier' }
      const name = names.get(text) ?? names.get(text.replace(/(?:s|\d+)$/, ''))
      if (name && (!name.whole || length === words.length)) {
        return words.some((word) => hashes.has(word)) ? { ...name, class: 'pseudonym' } : name
      }
    }
  }
  return null
}

/** The words of an identifier in lower case: cut at signs and humps, accents dropped. */
function wordsOf(column: string): string[] {
  return column
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
