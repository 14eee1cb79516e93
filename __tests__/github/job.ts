import { upsertComment } from '../../src/adapters/github.ts'
import { commentUpdate } from '../../src/report/comment.ts'
import { place, regionOf, sample } from '../report/sample.ts'

/** A job of its own that checked one region: `job.mjs API REGION RUN ALL-REGIONS`. Prints what became of the comment. */
const [apiUrl = '', region = '', run = '', all = ''] = process.argv.slice(2)
const result = await upsertComment(
  { token: `token-of-${region}`, apiUrl },
  { owner: 'acme', repo: 'analytics', number: 7, fork: false },
  commentUpdate(
    { ...sample(), regions: [regionOf(region)] },
    { ...place, regions: all.split(','), run: { ...place.run, id: Number(run) } },
  ),
  { settle: 1_500, unit: 200 },
)
console.log(result.kind)
