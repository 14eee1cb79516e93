import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

const customers = { 'models/customers.sql': 'select 1 as customer_id' }

describe('unresolved-ref', () => {
  it.each<[string, Files, string[]]>([
    ['nothing where all is there', { ...customers, 'models/a.sql': "select * from {{ ref('customers') }}" }, []],
    [
      'a misspelt name, with the nearest one',
      { ...customers, 'models/a.sql': "select *\nfrom {{ ref('custmers') }}" },
      ["models/a.sql:2:9: model 'a' refs 'custmers', which does not exist; did you mean 'customers'?"],
    ],
    [
      'a name like no other',
      { ...customers, 'models/a.sql': "select * from {{ ref('orders') }}" },
      ["models/a.sql:1:18: model 'a' refs 'orders', which does not exist; create 'orders', or correct the name"],
    ],
    [
      'every one of several, in one model and in another',
      {
        'models/a.sql': "select * from {{ ref('orders') }} join {{ ref('payments') }}",
        'models/b.sql': "select * from {{ ref('orders') }}",
      },
      [
        "models/a.sql:1:18: model 'a' refs 'orders', which does not exist; create 'orders', or correct the name",
        "models/a.sql:1:43: model 'a' refs 'payments', which does not exist; create 'payments', or correct the name",
        "models/b.sql:1:18: model 'b' refs 'orders', which does not exist; create 'orders', or correct the name",
      ],
    ],
    [
      'a disabled model',
      {
        'models/old.sql': '{{ config(enabled=false) }} select 1 as a',
        'models/a.sql': "select * from {{ ref('old') }}",
      },
      ["models/a.sql:1:18: model 'a' refs 'old', but model 'old' is disabled: enable it, or remove the ref"],
    ],
    [
      'a function that is not there',
      { 'functions/area.sql': '1', 'models/a.sql': "select {{ function('are') }}()" },
      ["models/a.sql:1:11: model 'a' calls the function 'are', which does not exist; did you mean 'area'?"],
    ],
    [
      'a version that the model does not have',
      {
        'models/customers_v1.sql': 'select 1 as a',
        'models/customers.yml': 'models:\n  - name: customers\n    latest_version: 1\n    versions: [{v: 1}]',
        'models/a.sql': "select * from {{ ref('customers', v=2) }}",
      },
      [
        "models/a.sql:1:18: model 'a' refs version 2 of 'customers', which does not exist; write a version that the model has",
      ],
    ],
    [
      'an exposure',
      {
        ...customers,
        'models/exposures.yml':
          "exposures:\n  - name: board\n    type: dashboard\n    owner: {name: x}\n    depends_on: [ref('customer')]",
      },
      ["models/exposures.yml:5:18: exposure 'board' refs 'customer', which does not exist; did you mean 'customers'?"],
    ],
  ])('finds %s', (_, files, expected) => {
    expect(said('unresolved-ref', files)).toEqual(expected)
  })
})
