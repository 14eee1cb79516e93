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
  expect(dbtEnvironment({ ...own, ...actions })).toEqual(own)
})
