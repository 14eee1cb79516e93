import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askDeployments, type DeploymentPlace, deploymentStatuses } from '../../src/adapters/github.ts'
import { deployNews, withEarlierDeploys } from '../../src/deployment/github.ts'
import type { Deployment } from '../../src/report/deployment.ts'
import { beginning, ending, leftBy, type RegionNews, unplanned } from '../../src/report/region-state.ts'
import { regionOf, sample } from '../report/sample.ts'
import { actionsBot, type StoredDeployment } from './deployments.ts'
import { type GitHubFaults, type GitHubServer, startGitHub } from './server.ts'
import { notAccessible } from './state.ts'

const token = 'ghs_secretsecretsecretsecretsecretsecret'
const sha = '3f1d0c9a7b5e42d68c1a90f7e6b4d2c18a5f3e70'
const environment = 'eu-production'
const place: DeploymentPlace = {
  owner: 'acme',
  repo: 'analytics',
  environment,
  sha,
  run: 7001,
  logUrl: 'https://github.com/acme/analytics/actions/runs/7001',
  shared: false,
}
const all = ['model.eu_analytics.customer_metrics', 'model.eu_analytics.customer_cohorts']
const deployment: Deployment = {
  region: 'eu',
  environment,
  target: 'prod',
  commit: sha,
  conclusion: 'failure',
  refused: null,
  planned: all.map((unique_id) => ({
    unique_id,
    fingerprint: '',
    parents: {},
    relation: null,
    guards: [],
    action: 'run',
    because: '',
  })),
  results: [],
  pendingBefore: [],
  pending: all.slice(1),
  leftBehind: [],
  notes: [],
  elapsed: 1,
}
const begins = beginning({ region: 'eu', commit: sha, deployed: 0, pending: all })
const fails = ending(deployment, false)
const cancelled = ending(deployment, true)
const succeeds = ending({ ...deployment, conclusion: 'success', pending: [] }, false)

let github: GitHubServer
let faults: { -readonly [K in keyof GitHubFaults]: GitHubFaults[K] }
let notices: string[]

beforeEach(async () => {
  faults = {}
  notices = []
  job = 1
  github = await startGitHub({ fault: (call) => faults.fault?.(call) ?? null })
})

afterEach(async () => {
  await github.close()
  expect(github.violations).toEqual([])
})

describe('the deployment of a job', () => {
  test('with `environment:` is the one that GitHub has made for it', async () => {
    const made = jobBegins(7001)
    await say(begins, succeeds)
    expect(deployments()).toEqual([made])
    expect(made.statuses.map(({ state, description, log_url }) => [state, description, log_url])).toEqual([
      ['queued', '', `${place.logUrl}/job/1`],
      ['in_progress', '', `${place.logUrl}/job/1`],
      ['in_progress', 'eu at 3f1d0c9: 2 to deploy: customer_metrics, customer_cohorts', place.logUrl],
      ['success', 'eu at 3f1d0c9: 2 deployed, nothing pending', place.logUrl],
    ])
  })

  test('without one is created once, with the state of the region', async () => {
    await say(begins, fails)
    expect(deployments()).toMatchObject([
      {
        environment,
        sha,
        task: 'deploy',
        payload: { region: 'eu', commit: sha, pending: all },
        statuses: [
          { state: 'in_progress' },
          { state: 'failure', description: 'eu at 3f1d0c9: 1 deployed, 1 pending: customer_cohorts' },
        ],
      },
    ])
  })

  test('of several on one commit is that of this run', async () => {
    const [other, own, later] = [jobBegins(7000), jobBegins(7001), jobBegins(7002)]
    await say(begins)
    expect([other, own, later].map((it) => it.statuses.length)).toEqual([2, 3, 2])
    expect(deployments()).toHaveLength(3)
  })

  test('that has no status yet is taken, the newest of them', async () => {
    const fresh = { environment, sha, ref: 'main', task: 'deploy', payload: {} }
    const [first, second] = [fresh, fresh].map((it) => github.state.deployments.add(it, actionsBot))
    await say(begins)
    expect([first, second].map((it) => it?.statuses.length)).toEqual([0, 1])
  })

  test.each<[string, () => unknown]>([
    ['another run’s', () => jobBegins(7000)],
    ['one of another environment', () => jobBegins(7001, { environment: 'us-production' })],
    ['one of another commit', () => jobBegins(7001, { sha: 'e'.repeat(40) })],
    ['one that has ended', () => github.state.deployments.jobEnds(jobBegins(7001), 'failure')],
  ])('is never %s', async (_, before) => {
    before()
    await say(begins)
    expect(deployments()).toHaveLength(2)
    expect(deployments()[1]).toMatchObject({ environment, sha, statuses: [{ state: 'in_progress' }] })
  })

  test('of a run that is started again is the new one that GitHub makes', async () => {
    const first = jobBegins(7001)
    await say(begins, fails)
    github.state.deployments.jobEnds(first, 'failure')
    const second = jobBegins(7001)
    await say(begins, succeeds)
    expect(deployments()).toEqual([first, second])
    expect(second.statuses.map((it) => it.state)).toEqual(['queued', 'in_progress', 'in_progress', 'success'])
  })

  test('that was created is taken up by the next attempt when the first was killed', async () => {
    await say(begins)
    await say(begins, succeeds)
    expect(deployments()).toHaveLength(1)
  })

  test('that succeeds makes the one before inactive, but not where regions share an environment', async () => {
    for (const run of [7001, 7002]) await sayAs({ ...place, run, sha: String(run).repeat(10) }, begins, succeeds)
    for (const run of [7003]) await sayAs({ ...place, run, sha: 'f'.repeat(40), shared: true }, begins, succeeds)
    expect(deployments().map((it) => it.statuses.at(-1)?.state)).toEqual(['inactive', 'success', 'success'])
  })
})

describe('a token that may not', () => {
  test.each([
    ['read or write', { read: notAccessible, write: notAccessible }],
    ['write', { read: null, write: notAccessible }],
    ['even know', { read: { status: 404, message: 'Not Found' }, write: { status: 404, message: 'Not Found' } }],
  ])('%s deployments is told once which permission it needs', async (_, refusal) => {
    jobBegins(7001)
    github.state.deployments.refusal = refusal
    await say(begins, fails)
    expect(notices).toEqual([
      expect.stringMatching(
        /^GitHub does not show the deployment to eu-production: the token may not write deployments \(40[34] .*\); give the job `permissions: deployments: write`$/,
      ),
    ])
    expect(deployments()[0]?.statuses).toHaveLength(2)
  })

  test('be accepted is said to be so', async () => {
    faults.fault = () => ({ status: 401, body: { message: 'Bad credentials' } })
    await say(begins)
    expect(notices.join()).toContain('does not accept the token (Bad credentials); check the input `token`')
  })
})

describe('an outage of GitHub', () => {
  const outage = { status: 502, body: { message: 'Server Error' } }

  test.each(['repos/list-deployments', 'repos/create-deployment', 'repos/create-deployment-status'])(
    'at %s that passes leaves no trace',
    async (operation) => {
      let left = 2
      faults.fault = (call) => (call.operation === operation && left-- > 0 ? outage : null)
      await say(begins, succeeds)
      expect(notices).toEqual([])
      expect(deployments()).toMatchObject([{ statuses: [{ state: 'in_progress' }, { state: 'success' }] }])
    },
  )

  test.each(['repos/create-deployment', 'repos/create-deployment-status'])(
    'that only swallows the answer to %s makes no second deployment',
    async (operation) => {
      let left = 1
      faults.fault = (call) => (call.operation === operation && left-- > 0 ? { ...outage, carriedOut: true } : null)
      await say(fails)
      expect(deployments()).toHaveLength(1)
    },
  )

  test('that lasts is a notice without the token in it, and the next status is tried again', async () => {
    faults.fault = () => ({ status: 503, body: { message: `no service for ${token}` } })
    const news = reporter(place)
    await news(begins)
    expect(notices).toEqual([
      'GitHub does not show the deployment to eu-production: GitHub answered 503 to GET /repos/acme/analytics/deployments: no service for ***',
    ])
    expect(inspect(notices)).not.toContain(token)
    faults.fault = () => null
    await news(succeeds)
    expect(deployments()).toMatchObject([{ payload: { region: 'eu' }, statuses: [{ state: 'success' }] }])
  })

  test('that takes the whole network is a notice', async () => {
    await deploymentStatuses({ token, apiUrl: 'http://127.0.0.1:1' }, place, (it) => notices.push(it), quick)(begins)
    expect(notices).toEqual([expect.stringContaining('GitHub gave no answer to GET /repos/acme/analytics/deployments')])
  })

  test('for which it refuses to create one is a notice as well', async () => {
    faults.fault = ({ operation }) =>
      operation === 'repos/create-deployment' ? { status: 422, body: { message: 'No ref found' } } : null
    await say(begins)
    expect(notices).toEqual([expect.stringContaining('422')])
  })
})

describe('what an earlier deploy left behind', () => {
  test.each<[string, () => Promise<void> | void, object | null]>([
    ['nothing was ever deployed', () => {}, null],
    ['all was deployed', () => deployed(7001, begins, succeeds, 'success'), { left: null }],
    [
      'it failed',
      () => deployed(7001, begins, fails, 'failure'),
      { left: { deploy: 'failed', commit: sha, run: 7001, count: 1, names: ['customer_cohorts'] } },
    ],
    ['it was cancelled', () => deployed(7001, begins, cancelled, 'error'), { left: { deploy: 'cancelled', count: 1 } }],
    [
      'its runner was lost',
      () => deployed(7001, begins, null, 'error'),
      { left: { deploy: 'cut short', count: 2, names: ['customer_metrics', 'customer_cohorts'] } },
    ],
    ['a later one deployed it', () => inTurn(fails, succeeds), { left: null }],
    ['a later one is still running', () => inTurn(fails, null), { left: { deploy: 'failed', run: 7001 } }],
    [
      'a later one planned nothing, so that it still is pending',
      () => inTurn(fails, unplanned(deployment, false)),
      { left: { deploy: 'failed', run: 7001 } },
    ],
    [
      'a later one was refused, so that it still is pending',
      async () => {
        await deployed(7001, begins, fails, 'failure')
        const nothing = beginning({ region: 'eu', commit: sha, deployed: 0, pending: [] })
        const refused = { ...deployment, planned: [], pending: [], refused: 'a newer commit is deployed' }
        await deployed(7002, nothing, ending(refused, false), 'failure')
      },
      { left: { deploy: 'failed', run: 7001 } },
    ],
    [
      'a later one ended in a way that it does not know, after it had begun',
      async () => {
        await deployed(7001, begins, fails, 'failure')
        await deployed(7002, begins, unplanned(deployment, false), 'failure')
      },
      { left: { deploy: 'cut short', run: 7002, count: 2 } },
    ],
    [
      'a later one was of another region in the same environment',
      () => inTurn(fails, ending({ ...deployment, region: 'us', conclusion: 'success', pending: [] }, false)),
      { left: { deploy: 'failed', run: 7001 } },
    ],
    [
      'GitHub has set it inactive since',
      async () => {
        await deployed(7001, begins, succeeds, 'success')
        jobBegins(7002)
        github.state.deployments.jobEnds(jobBegins(7003), 'success')
      },
      { left: null },
    ],
  ])('when %s', async (_, before, expected) => {
    await before()
    const answer = await ask()
    expect(answer.kind).toBe('answered')
    if (expected === null) expect(answer).toEqual({ kind: 'answered', value: null })
    else expect(answer).toMatchObject({ value: expected })
  })

  test('is read without another permission than to read', async () => {
    await deployed(7001, begins, fails, 'failure')
    github.state.deployments.refusal = { read: null, write: notAccessible }
    expect(await ask()).toMatchObject({ value: { left: { count: 1 } } })
  })

  test('is not known without it, which is said', async () => {
    github.state.deployments.refusal.read = notAccessible
    expect(await ask()).toEqual({
      kind: 'not answered',
      reason:
        'the token may not read deployments (403 Resource not accessible by integration); give the job `permissions: deployments: read`',
    })
  })

  test('is not known in an outage', async () => {
    faults.fault = () => ({ status: 503, body: { message: 'Unavailable' } })
    expect(await ask()).toMatchObject({ kind: 'not answered', reason: expect.stringContaining('503') })
  })

  test('is looked for in ten deployments, no more', async () => {
    await deployed(7001, begins, fails, 'failure')
    for (let run = 7002; run < 7012; run++) github.state.deployments.jobEnds(jobBegins(run), 'failure')
    expect(await ask()).toEqual({ kind: 'answered', value: null })
    expect(github.requests.filter((it) => it.operation === 'repos/list-deployment-statuses').length).toBeLessThan(20)
  })
})

describe('a check of a pull request', () => {
  const report = { ...sample(), regions: [regionOf('eu'), regionOf('us')] }
  const info: string[] = []
  const earlier = () => {
    info.length = 0
    const access = { token, apiUrl: github.url }
    return withEarlierDeploys(report, access, { owner: 'acme', repo: 'analytics' }, (it) => info.push(it))
  }

  test('says of each region what its environment’s last deploy left', async () => {
    await deployed(7001, begins, fails, 'failure')
    const { regions } = await earlier()
    expect(regions.map((it) => it.leftPending?.names ?? null)).toEqual([['customer_cohorts'], null])
    expect(info).toEqual([])
  })

  test('says nothing without the permission, and names it once in the log', async () => {
    await deployed(7001, begins, fails, 'failure')
    github.state.deployments.refusal.read = notAccessible
    expect(await earlier()).toEqual(report)
    expect(info).toEqual([
      'What earlier deploys left behind is not known: the token may not read deployments (403 Resource not accessible by integration); give the job `permissions: deployments: read`',
    ])
  })
})

test('a deploy that was thrown out of says so, and what it had begun with may be pending', async () => {
  const news = deployNews({ token, apiUrl: github.url }, place, { region: 'eu', commit: sha }, (it) => notices.push(it))
  await news.begins(all)
  await news.ends(null, false)
  expect(deployments()[0]?.statuses.map((it) => it.state)).toEqual(['in_progress', 'failure'])
  expect(await ask()).toMatchObject({ value: { left: { deploy: 'cut short', count: 2 } } })
})

const quick = { settle: 1, unit: 1 }

function reporter(where: DeploymentPlace) {
  return deploymentStatuses({ token, apiUrl: github.url }, where, (it) => notices.push(it), quick)
}

async function sayAs(where: DeploymentPlace, ...news: RegionNews[]) {
  const logUrl = place.logUrl.replace('7001', String(where.run))
  const report = reporter({ ...where, logUrl })
  for (const it of news) await report(it)
}

function say(...news: RegionNews[]) {
  return sayAs(place, ...news)
}

function ask() {
  const of = { owner: 'acme', repo: 'analytics', environment }
  return askDeployments({ token, apiUrl: github.url }, of, (it) => leftBy('eu', it), quick)
}

let job: number
function jobBegins(run: number, other: { environment?: string; sha?: string } = {}) {
  return github.state.deployments.jobBegins({ environment, sha, run, job: job++, ...other })
}

/** A whole job: GitHub's deployment, what the deploy says of it, and what GitHub says when the job is over. */
async function deployed(run: number, first: RegionNews, last: RegionNews | null, end: 'success' | 'failure' | 'error') {
  const made = jobBegins(run)
  await sayAs({ ...place, run }, first, ...(last ? [last] : []))
  github.state.deployments.jobEnds(made, end)
}

/** A deploy that fails and a later one, which runs still when there is nothing that it says at its end. */
async function inTurn(first: RegionNews, second: RegionNews | null) {
  await deployed(7001, begins, first, 'failure')
  if (second === null) {
    jobBegins(7002)
    return sayAs({ ...place, run: 7002 }, begins)
  }
  const made = jobBegins(7002)
  await sayAs({ ...place, run: 7002 }, second)
  github.state.deployments.jobEnds(made, second.state === 'success' ? 'success' : 'failure')
}

function deployments(): readonly StoredDeployment[] {
  return github.state.deployments.all
}
