import type { ConfigKind } from './config-kind.ts'
import { isObject } from './data.ts'
import {
  bool,
  listOf,
  mapping,
  nullable,
  oneOf,
  oneOfAnyCase,
  type Shape,
  scalar,
  text,
  textOr,
  whole,
} from './shape.ts'

type Fields = Readonly<Record<string, Shape>>

/** CSS's names of colours, without those that say grey: https://www.w3.org/TR/css-color-4/#named-colors */
const COLORS: ReadonlySet<string> = new Set(
  'aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkturquoise darkviolet deeppink deepskyblue dimgray dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightpink lightsalmon lightseagreen lightskyblue lightslategray lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen'.split(
    ' ',
  ),
)
const color: Shape = (data, raw, at) => {
  text(data, raw, at)
  if (
    typeof data !== 'string' ||
    data === '' ||
    /^#(?:[0-9a-f]{3}){1,2}$/i.test(data) ||
    COLORS.has(data.toLowerCase())
  )
    return
  at.tell(
    at.holder,
    at.key,
    `'${at.name}' is the name of a colour or its number, such as gold or #cd7f32, not '${data}'`,
  )
}
export const docs = mapping({ show: bool, node_color: nullable(color) })

/** dbt merges some of these, so they are mappings wherever they are set. */
const NODE: Fields = {
  meta: mapping(),
  quoting: mapping(),
  column_types: mapping(),
  grants: mapping(),
  docs,
  contract: mapping({ enforced: bool, alias_types: bool }),
  persist_docs: mapping(),
  enabled: bool,
  full_refresh: nullable(bool),
  quote_columns: nullable(bool),
  access: nullable(oneOf('private', 'protected', 'public')),
  on_configuration_change: oneOf('apply', 'continue', 'fail'),
}

const period = oneOf('minute', 'hour', 'day')
const buildAfter = mapping({ count: nullable(whole), period: nullable(period), updates_on: oneOf('all', 'any') })
/** https://docs.getdbt.com/reference/resource-configs/freshness; dbt takes no notice of what is no mapping. */
const modelFreshness: Shape = (data, raw, at) => {
  if (!isObject(data)) return
  mapping({ build_after: buildAfter })(data, raw, at)
  const { build_after: after } = data
  if (!isObject(after)) return
  const [count, unit] = [after.count ?? null, after.period ?? null]
  if ((count === null) !== (unit === null))
    at.tell(at.holder, at.key, `'${at.name}.build_after' needs ${count === null ? 'a count' : 'a period'} too`)
}

const checkCols: Shape = (data, raw, at) => {
  if (data !== 'all') nullable(listOf(text))(data, raw, at)
}

const limit: Shape = (data, raw, at) => {
  if (!(typeof data === 'string' && /^\d+$/.test(data))) nullable(whole)(data, raw, at)
}

const SEMANTIC: Fields = { enabled: bool, meta: mapping(), group: nullable(text) }
const OWN: Readonly<Partial<Record<ConfigKind, Fields>>> = {
  model: { ...NODE, freshness: modelFreshness },
  snapshot: { ...NODE, check_cols: checkCols, snapshot_meta_column_names: mapping() },
  function: {
    ...NODE,
    type: oneOf('scalar', 'aggregate', 'table'),
    volatility: nullable(oneOf('deterministic', 'stable', 'non-deterministic')),
    runtime_version: nullable(scalar),
    entry_point: nullable(text),
    snowflake: mapping({ quote_args: bool }),
  },
  test: {
    ...NODE,
    tags: nullable(textOr(listOf(text))),
    severity: oneOfAnyCase('warn', 'error'),
    limit,
    store_failures: nullable(bool),
  },
  metric: SEMANTIC,
  semantic_model: SEMANTIC,
  saved_query: { ...SEMANTIC, export_as: nullable(oneOf('table', 'view')), cache: mapping({ enabled: bool }) },
}

/** What dbt checks in the config of a kind of resource, wherever it is set: https://docs.getdbt.com/reference/configs-and-properties */
export function configFields(kind: ConfigKind): Fields {
  return OWN[kind] ?? NODE
}
