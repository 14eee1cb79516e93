import { describe, expect, it } from 'vitest'
import { personalName } from '../../src/rules/personal-names.ts'
import { type Region, said } from './project.ts'

describe('personalName', () => {
  it.each([
    ...[
      'email',
      'EMAIL',
      'e_mail',
      'e-mail',
      'eMail',
      'EMail',
      'customerEmail',
      'email2',
      'emails',
      'email_address',
      'work_email_address',
      'email_hash',
    ],
    ...[
      'name',
      'first_name',
      'firstname',
      'FirstName',
      'lastName',
      'CustomerName',
      'full_name',
      'surname',
      'contact_name_1',
    ],
    ...[
      'vorname',
      'Nachname',
      'kundenname',
      'prenom',
      'prénom',
      'apellidos',
      'cognome',
      'voornaam',
      'imię',
      'efternamn',
    ],
    ...[
      'birth_date',
      'date_of_birth',
      'birthdate',
      'dob',
      'geburtsdatum',
      'GeburtsDatum',
      'date_naissance',
      'fecha_nacimiento',
    ],
    ...['phone', 'phone_number', 'telefon', 'telefonnummer', 'mobile_phone', 'handynummer'],
    ...[
      'iban',
      'customer_iban',
      'IBAN',
      'card_number',
      'ssn',
      'steuer_id',
      'steuernummer',
      'passport_no',
      'codiceFiscale',
    ],
    ...[
      'address',
      'billing_address',
      'street',
      'straße',
      'strasse',
      'plz',
      'postcode',
      'ip_address',
      'IPAddress',
      'client_ip',
      'ip',
      'ipv4',
    ],
    ...['gender', 'religion', 'customer_id', 'customerId', 'user_id', 'kundennummer', 'device_id'],
  ])('%s looks personal', (name) => {
    expect(personalName(name)).not.toBeNull()
  })

  it.each([
    ...[
      'filename',
      'file_name',
      'tablename',
      'table_name',
      'product_name',
      'event_name',
      'column_name',
      'username_policy_version',
      'namespace',
      'rename',
    ],
    ...[
      'order_id',
      'product_id',
      'id',
      'amount',
      'total_orders',
      'lifetime_value',
      'segment',
      'cohort_month',
      'first_order_date',
      'last_order_date',
    ],
    ...[
      'is_deleted',
      '_ingested_at',
      '_sequence',
      'is_email_verified',
      'has_phone',
      'email_count',
      'emails_sent',
      'email_template',
      'phone_type',
    ],
    ...[
      'zipped',
      'script',
      'recipe',
      'description',
      'birthstone_id',
      'average',
      'stage',
      'page',
      'package',
      'shipping_cost',
      'equipment',
      'tipping_point',
    ],
    ...[
      'title_count',
      'product_title',
      'page_name',
      'telephony_cost',
      'streetwear',
      'addressable',
      'mailing',
      'country',
      'status',
      'created_at',
      '',
    ],
  ])('%s does not', (name) => {
    expect(personalName(name)).toBeNull()
  })

  it('suggests what fits', () => {
    const suggested = (name: string) => personalName(name)?.class
    expect(['email', 'email_sha256', 'dob', 'iban', 'customer_id', 'religion'].map(suggested)).toEqual([
      'direct_identifier',
      'pseudonym',
      'indirect_identifier',
      'financial',
      'pseudonym',
      'special_category',
    ])
  })
})

/** What is said of these columns (JSON is YAML) of a model with this contract. */
function about(columns: unknown, contract: unknown = { personal_data: true }, region: Region = {}): string[] {
  const model = { name: 'x', config: { meta: { gdpr: contract } }, columns }
  const files = { 'models/x.sql': 'select 1', 'models/x.yml': `models:\n  - ${JSON.stringify(model)}\n` }
  return said('gdpr-column-class', files, region).map((line) => line.replace(/^[^ ]+ /, ''))
}

const email = (example = 'direct_identifier') =>
  `column 'email' of model 'x' looks like an email address, but has no class of personal data; give it one, for example 'config: {meta: {gdpr: {class: ${example}}}}', or 'none' when it is not`

describe('gdpr-column-class', () => {
  it.each<[string, unknown, string[]]>([
    ['a personal name without a class', [{ name: 'email' }, { name: 'amount' }], [email()]],
    [
      'one with a class under config',
      [{ name: 'email', config: { meta: { gdpr: { class: 'direct_identifier' } } } }],
      [],
    ],
    ['one with a class at the top', [{ name: 'email', meta: { gdpr: { class: 'none' } } }], []],
    ['one with other meta', [{ name: 'email', meta: { owner: 'me' } }], [email()]],
    [
      'a class that there is not, whatever the name',
      [{ name: 'amount', meta: { gdpr: { class: 'finacial' } } }],
      [
        "column 'amount' of model 'x' says in its YAML: meta.gdpr.class is 'finacial': use direct_identifier, pseudonym, indirect_identifier, financial, behavioural, special_category or none; did you mean 'financial'?",
      ],
    ],
  ])('says of %s', (_, columns, expected) => {
    expect(about(columns)).toEqual(expected)
  })

  it('lets vague names pass where the contract denies personal data, clear ones not', () => {
    const columns = [{ name: 'name' }, { name: 'customer_id' }, { name: 'email' }]
    expect(about(columns, { personal_data: false })).toEqual([email()])
    expect(about(columns)).toHaveLength(3)
  })

  it('takes more names, and allows single columns', () => {
    const columns = [{ name: 'oldMemberNumber' }, { name: 'email' }]
    const rules = { 'gdpr-column-class': { options: { names: ['member_number'] }, allow: ['model.shop.x.email'] } }
    expect(about(columns, { personal_data: true }, { rules }).map((line) => line.slice(0, 60))).toEqual(
      ["column 'oldMemberNumber' of model 'x' looks like personal data"].map((line) => line.slice(0, 60)),
    )
  })

  it('is said at the column', () => {
    const files = {
      'models/s.yml':
        'sources:\n  - name: s\n    tables:\n      - name: t\n        columns:\n          - name: id\n          - name: email\n',
    }
    expect(said('gdpr-column-class', files)[0]).toMatch(
      /^models\/s.yml:7:13: column 'email' of source 's.t' looks like/,
    )
  })
})
