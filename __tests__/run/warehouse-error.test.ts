import { describe, expect, it } from 'vitest'
import { readWarehouseError } from '../../src/run/warehouse-error.ts'

const HISTORY = "the workspace's query history has its words"

describe('the text of an error', () => {
  // Texts as Spark 4.1 with Delta 4.1, Databricks, the drivers and dbt-databricks 1.12 write them.
  it.each<[string, string, object]>([
    [
      'a missing table, as Spark says it',
      "[TABLE_OR_VIEW_NOT_FOUND] The table or view `us_prod`.`gold`.`nothing` cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS. SQLSTATE: 42P01; line 1 pos 14;\n'Project [*]\n+- 'UnresolvedRelation [us_prod, gold, nothing], [], false\n",
      {
        condition: 'TABLE_OR_VIEW_NOT_FOUND',
        sqlState: '42P01',
        message: 'The table or view `us_prod`.`gold`.`nothing` cannot be found (TABLE_OR_VIEW_NOT_FOUND)',
        transient: false,
      },
    ],
    [
      'the same through dbt',
      'Database Error in model customers (models/gold/customers.sql)\n  [TABLE_OR_VIEW_NOT_FOUND] The table or view `eu_prod`.`silver`.`people` cannot be found. Verify the spelling. SQLSTATE: 42P01; line 3 pos 5\n  compiled code at target/run/eu/models/gold/customers.sql',
      {
        condition: 'TABLE_OR_VIEW_NOT_FOUND',
        message: 'The table or view `eu_prod`.`silver`.`people` cannot be found (TABLE_OR_VIEW_NOT_FOUND)',
      },
    ],
    [
      'the same through the Hive server',
      'org.apache.hive.service.cli.HiveSQLException: Error running query: [TABLE_OR_VIEW_NOT_FOUND] org.apache.spark.sql.catalyst.ExtendedAnalysisException: The table or view `a`.`b` cannot be found. SQLSTATE: 42P01',
      { message: 'The table or view `a`.`b` cannot be found (TABLE_OR_VIEW_NOT_FOUND)' },
    ],
    [
      'a missing column',
      '[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `emial` cannot be resolved. Did you mean one of the following? [`email`, `c`.`id`]. SQLSTATE: 42703; line 1 pos 7',
      {
        condition: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
        sqlState: '42703',
        message:
          'A column, variable, or function parameter with name `emial` cannot be resolved. Did you mean one of the following? [`email`, `c`.`id`] (UNRESOLVED_COLUMN.WITH_SUGGESTION)',
      },
    ],
    [
      'a missing schema',
      '[SCHEMA_NOT_FOUND] The schema `us_prod`.`nowhere` cannot be found. Verify the spelling. SQLSTATE: 42704',
      { message: 'The schema `us_prod`.`nowhere` cannot be found (SCHEMA_NOT_FOUND)' },
    ],
    [
      'a missing catalog',
      "[NO_SUCH_CATALOG_EXCEPTION] Catalog 'us_prod' was not found. Please verify the catalog name and then retry. SQLSTATE: 42704",
      {
        message: "Catalog 'us_prod' was not found (NO_SUCH_CATALOG_EXCEPTION)",
        advice: 'check `catalog` in profiles.yml and who may see it',
      },
    ],
    [
      'a missing permission',
      "Database Error in model x (models/x.sql)\n  [INSUFFICIENT_PERMISSIONS] Insufficient privileges:\n  User does not have USE CATALOG on Catalog 'system'. SQLSTATE: 42501",
      {
        condition: 'INSUFFICIENT_PERMISSIONS',
        message: "User does not have USE CATALOG on Catalog 'system' (INSUFFICIENT_PERMISSIONS)",
        advice: 'grant it to the service principal or user of the deploy',
      },
    ],
    [
      'a missing permission, as Unity Catalog says it',
      "com.databricks.sql.managedcatalog.acl.UnauthorizedAccessException: PERMISSION_DENIED: User does not have CREATE SCHEMA on Catalog 'main'.",
      {
        condition: 'PERMISSION_DENIED',
        message: "User does not have CREATE SCHEMA on Catalog 'main' (PERMISSION_DENIED)",
      },
    ],
    [
      'a concurrent write',
      '[DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT] Transaction conflict detected. a concurrent MERGE added data to table gold.people committed at version 7. The concurrent operation modified data in the partition [email=jo@example.com] that should have been read by this operation. SQLSTATE: 2D521',
      {
        condition: 'DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT',
        message:
          'something else wrote to the same Delta table at the same time (DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT)',
        transient: true,
      },
    ],
    [
      'a concurrent write, as Delta used to say it',
      'org.apache.hive.service.cli.HiveSQLException: Error running query: io.delta.exceptions.MetadataChangedException: The metadata of the Delta table has been changed by a concurrent update. Please try the operation',
      { condition: 'DELTA_METADATA_CHANGED', transient: true },
    ],
    [
      'a violated check, which lists the row',
      "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint positive (amount > 0) violated by row with values:\n - amount : -3\n - email : 'jo@example.com' SQLSTATE: 23001",
      {
        condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
        message: 'rows violate the CHECK constraint positive (DELTA_VIOLATE_CONSTRAINT_WITH_VALUES)',
        advice: `correct the rows or the constraint; ${HISTORY}`,
      },
    ],
    [
      'a new check that rows violate',
      '[DELTA_NEW_CHECK_CONSTRAINT_VIOLATION] 1 rows in us_prod.probe.t violate the new CHECK constraint (id > 1)',
      { message: 'rows violate a constraint of the table (DELTA_NEW_CHECK_CONSTRAINT_VIOLATION)' },
    ],
    [
      'an ambiguous column',
      '[AMBIGUOUS_REFERENCE] Reference `id` is ambiguous, could be: [`a`.`id`, `b`.`id`]. SQLSTATE: 42704; line 1 pos 7',
      { message: 'Reference `id` is ambiguous, could be: [`a`.`id`, `b`.`id`] (AMBIGUOUS_REFERENCE)' },
    ],
    [
      'what is there already',
      '[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view `probe`.`t` because it already exists.\nChoose a different name. SQLSTATE: 42P07',
      { message: 'Cannot create table or view `probe`.`t` because it already exists (TABLE_OR_VIEW_ALREADY_EXISTS)' },
    ],
    [
      'a merge whose key is not unique',
      '[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row',
      { advice: 'make the key that is joined on or merged by unique' },
    ],
    [
      'a division by zero',
      '[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0. SQLSTATE: 22012\n== SQL (line 1, position 8) ==\nselect 1 / 0',
      {
        condition: 'DIVIDE_BY_ZERO',
        sqlState: '22012',
        message: 'a value in the data cannot be used (DIVIDE_BY_ZERO)',
      },
    ],
    [
      'a text that is no date',
      "[INVALID_TYPED_LITERAL] \nThe value of the typed literal \"DATE\" is invalid: 'jo@example.com'. SQLSTATE: 42604\n== SQL (line 1, position 8) ==\nselect date'jo@example.com'",
      { message: 'the warehouse refused the statement (INVALID_TYPED_LITERAL)' },
    ],
    [
      'words of a known shape under an unknown condition',
      '[BRAND_NEW] The table or view `jo@example.com` cannot be found. SQLSTATE: 42P01',
      { message: 'a table or view does not exist (BRAND_NEW)' },
    ],
    [
      'a null where none may be',
      '[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: address.city.\n SQLSTATE: 23502',
      { message: 'NOT NULL constraint violated for column: address.city (DELTA_NOT_NULL_CONSTRAINT_VIOLATED)' },
    ],
    [
      'a value that cannot be cast',
      '[CAST_INVALID_INPUT] The value \'jo@example.com\' of the type "STRING" cannot be cast to "INT" because it is malformed. SQLSTATE: 22018\n== SQL (line 1, position 8) ==\nselect cast(\'jo@example.com\' as int)',
      { condition: 'CAST_INVALID_INPUT', message: 'a value in the data cannot be used (CAST_INVALID_INPUT)' },
    ],
    [
      'a syntax error, whose text is left out',
      "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'selec'. SQLSTATE: 42601 (line 4, pos 2)\n\n== SQL ==\nselec 'jo@example.com'\n^^^\n",
      { message: 'the SQL has a syntax error in line 4, position 2 (PARSE_SYNTAX_ERROR)' },
    ],
    [
      'an unknown condition with its SQLSTATE',
      "[SOMETHING_NEW] Did not like 'jo@example.com'. SQLSTATE: 22999",
      { condition: 'SOMETHING_NEW', sqlState: '22999', message: 'a value in the data cannot be used (SOMETHING_NEW)' },
    ],
    [
      'an unknown condition without one, which may be data itself',
      '[JO_SMITH] is not there',
      { condition: null, sqlState: null, message: 'the warehouse refused the statement', advice: HISTORY },
    ],
    [
      'a condition within a value',
      "Runtime Error: cannot use '[TABLE_OR_VIEW_NOT_FOUND] The table or view `jo@example.com` cannot be found'",
      { condition: null, message: 'the warehouse refused the statement' },
    ],
    ['a starting warehouse', 'Error during request to server: TEMPORARILY_UNAVAILABLE: starting', { transient: true }],
    [
      'a refused token',
      'Runtime Error\n  Database Error\n    Error during request to server: HTTP 403: Invalid access token. [TOKEN_ID: 5]',
      {
        message: 'the workspace refuses the credentials',
        advice: "renew the token or secret in the region's environment",
      },
    ],
    [
      'a host that does not answer',
      "HTTPSConnectionPool(host='x', port=443): Max retries exceeded with url: /sql/1.0",
      { message: 'the warehouse refused the statement' },
    ],
    [
      'a host that refuses',
      'Error: connect ECONNREFUSED 127.0.0.1:443',
      { transient: true, message: 'the workspace cannot be reached' },
    ],
    [
      'a cancelled statement',
      '[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008',
      { message: 'the statement was cancelled (OPERATION_CANCELED)' },
    ],
    [
      'what the SQL raised',
      '[USER_RAISED_EXCEPTION] [TABLE_OR_VIEW_NOT_FOUND] The table or view `jo@example.com` cannot be found SQLSTATE: P0001',
      { message: 'the SQL itself raised an error (USER_RAISED_EXCEPTION)' },
    ],
    [
      'a failing test',
      'Got 12 results, configured to fail if != 0',
      { message: 'Got 12 results, configured to fail if != 0', advice: 'its compiled SQL selects them' },
    ],
    [
      'a broken contract',
      "Compilation Error in model people (models/people.sql)\n  This model has an enforced contract that failed.\n  Please ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.\n\n  | column_name | definition_type | contract_type | mismatch_reason       |\n  | ----------- | --------------- | ------------- | --------------------- |\n  | amount      | STRING          | DECIMAL(10,2) | data type mismatch    |\n  | email       |                 | STRING        | missing in definition |\n  | extra       | INT             |               | missing in contract   |",
      {
        condition: null,
        message:
          "the model's columns are not those of its contract: amount is STRING, the contract says DECIMAL(10,2); email is missing, the contract says STRING; extra is INT, which the contract does not have",
      },
    ],
    [
      'what dbt cannot compile',
      "Compilation Error in model x (models/x.sql)\n  'jo@example.com' is undefined",
      { message: 'dbt could not compile it' },
    ],
    [
      'nothing',
      '',
      { condition: null, sqlState: null, message: 'the warehouse refused the statement', transient: false },
    ],
  ])('is read: %s', (_, text, expected) => {
    const read = readWarehouseError(text)
    expect(read).toMatchObject(expected)
    expect(JSON.stringify(read)).not.toContain('jo@example.com')
    expect(read.message).not.toContain('\n')
  })

  it('keeps no more than a line of long names', () => {
    const name = `\`${'x'.repeat(255)}\``
    const { message } = readWarehouseError(
      `[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name ${name} cannot be resolved. Did you mean one of the following? [${Array(5).fill(name).join(', ')}]. SQLSTATE: 42703`,
    )
    expect(message.length).toBeLessThan(460)
  })
})

/** A number of 0 to n - 1, the same in every run. */
function sequence(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * n)
  }
}

describe('a row of data', () => {
  const values = [
    'jo@example.com',
    '4929 1234 5678 9012',
    'Straße 5, 10115 Berlin',
    "O'Neil",
    'DE89370400440532013000',
    '`jo`',
  ]
  const parts = [
    (value: string) => `The value '${value}' of the type "STRING" cannot be used`,
    (value: string) => `row with values:\n - email : ${value}`,
    (value: string) => `near "${value}"`,
    (value: string) => `${value}: ${value}`,
    (value: string) => `[${value}]`,
    (value: string) => `SQLSTATE: 22000 (${value})`,
    (value: string) => `\n== SQL ==\nselect '${value}' from t`,
    (value: string) => `java.lang.RuntimeException: ${value}`,
  ]
  const starts = [
    '',
    'Database Error in model x (models/x.sql)\n  ',
    'org.apache.spark.SparkException: ',
    '[BRAND_NEW_CONDITION] ',
    '[BRAND_NEW_CONDITION.PART] ',
    '[CAST_INVALID_INPUT] ',
    '[TABLE_OR_VIEW_NOT_FOUND] ',
    '[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\n',
    '[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint c (',
    '[PARSE_SYNTAX_ERROR] Syntax error at or near ',
    'PERMISSION_DENIED: ',
    'Compilation Error in model x\n This model has an enforced contract that failed. ',
    'Got 3 results, configured to fail if != 0 ',
  ]
  const ends = ['', ' SQLSTATE: 42P01', ' SQLSTATE: 22018; line 3 pos 4', '\n  compiled code at target/run/x.sql']

  it('comes out of a long text no sooner: the text is read once', () => {
    const text = `This model has an enforced contract that failed${'\n'.repeat(200_000)}`
    expect(readWarehouseError(text).message).toBe("the model's columns are not those of its contract")
  })

  it('never comes out, whatever error it is in', () => {
    const pick = sequence(7)
    for (let round = 0; round < 3_000; round++) {
      const value = values[pick(values.length)] ?? ''
      const middle = [0, 1, 2].slice(0, 1 + pick(3)).map(() => parts[pick(parts.length)]?.(value))
      const text = `${starts[pick(starts.length)]}${middle.join(' ')}${ends[pick(ends.length)]}`
      expect(JSON.stringify(readWarehouseError(text)), text).not.toContain(value)
    }
  })
})
