import { expect, test } from 'vitest'
import { dbtEnvironment } from '../../src/run/dbt-environment.ts'

test('dbt is given the environment without what is the action’s alone', () => {
  const own = { PATH: '/bin', DATABRICKS_EU_TOKEN: 't', GITHUB_SHA: 'abc', GITHUB_ENVIRONMENT: 'eu', DBT_X: '' }
  const actions = {
    INPUT_TOKEN: '1',
    'INPUT_DRY-RUN': '1',
    input_token: '1',
    ACTIONS_RUNTIME_TOKEN: '1',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: '1',
    GITHUB_TOKEN: '1',
    GITHUB_ENV: '1',
    GITHUB_OUTPUT: '1',
    GITHUB_PATH: '1',
    GITHUB_STATE: '1',
    GITHUB_STEP_SUMMARY: '1',
    LEFT_OUT: undefined,
  }
  expect(dbtEnvironment({ ...own, ...actions })).toEqual({ ...own, PYTHON_DOTENV_DISABLED: '1' })
})

test('what would have dbt build something else than the plan says does not reach it', () => {
  const names = ['EMPTY', 'SAMPLE', 'EVENT_TIME_START', 'RESOURCE_TYPES', 'EXCLUDE_RESOURCE_TYPES', 'DEFER', 'STATE']
  const changing = names.flatMap((name) => [`DBT_${name}`, `DBT_ENGINE_${name}`, `dbt_${name.toLowerCase()}`])
  const kept = { DBT_FULL_REFRESH: '1', DBT_EMPTY_TABLES: 'x', MY_DBT_EMPTY: '1', DBT_STATE_OF: 'x' }
  const given = { ...Object.fromEntries(changing.map((name) => [name, 'true'])), ...kept }
  expect(dbtEnvironment(given)).toEqual({ ...kept, PYTHON_DOTENV_DISABLED: '1' })
})
