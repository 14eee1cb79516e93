/** Typed nodes of the SQL library that are aggregates. What it calls `aggregate_function` is one, too. */
export const aggregates: ReadonlySet<string> = new Set(
  `aggregate_function any_value approx_count_distinct approx_distinct approx_quantile approx_percentile arg_max arg_min array_agg array_concat_agg array_unique_agg array_union_agg avg
  bitwise_and_agg bitwise_or_agg bitwise_xor_agg bit_and_agg bit_or_agg bit_xor_agg corr count count_if covar_pop covar_samp first first_value group_concat grouping grouping_id hll json_array_agg json_object_agg
  kurtosis last last_value list_agg logical_and logical_or max max_by median min min_by mode object_agg percentile percentile_cont percentile_disc quantile skewness stddev
  stddev_pop stddev_samp string_agg sum sum_if var_pop var_samp variance within_group`.split(/\s+/),
)

/** Functions of Databricks that give one value for one row, whatever the other rows are. What is not here may be an aggregate or make rows. */
const scalars: ReadonlySet<string> = new Set(
  `abs acos acosh add_months aes_decrypt aes_encrypt aggregate array array_append array_compact array_contains array_distinct array_except array_insert array_intersect array_join
  array_max array_min array_position array_prepend array_remove array_repeat array_size array_sort array_union arrays_overlap arrays_zip ascii asin asinh assert_true atan atan2 atanh
  base64 bigint bin binary bit_count bit_get bit_length bit_reverse boolean bround btrim cardinality cast cbrt ceil ceiling char char_length character_length charindex chr coalesce
  concat concat_ws contains conv convert_timezone cos cosh cot crc32 csc curdate current_catalog current_database current_date current_schema current_timestamp current_timezone current_user
  date date_add date_diff date_format date_from_unix_date date_part date_sub date_trunc dateadd datediff datepart day dayname dayofmonth dayofweek dayofyear decimal decode degrees double
  element_at elt encode endswith equal_null exists exp expm1 extract factorial filter find_in_set flatten float floor forall format_number format_string from_csv from_json from_unixtime
  from_utc_timestamp from_xml get get_json_object getbit greatest hash hex hour hypot if iff ifnull ilike initcap input_file_name instr int isnan isnotnull isnull json_array_length
  json_object_keys last_day lcase least left len length levenshtein like ln localtimestamp locate log log10 log1p log2 lower lpad ltrim luhn_check make_date make_dt_interval make_interval
  make_timestamp make_ym_interval map map_concat map_contains_key map_entries map_filter map_from_arrays map_from_entries map_keys map_values map_zip_with mask md5 minute mod
  month monthname months_between named_struct nanvl negative next_day now nullif nullifzero nvl nvl2 octet_length overlay parse_json parse_url pi pmod position positive pow power printf quarter radians rand
  randn random reduce regexp regexp_count regexp_extract regexp_extract_all regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right rint rlike round rpad
  rtrim schema_of_csv schema_of_json sec second sentences sequence sha sha1 sha2 shiftleft shiftright shiftrightunsigned shuffle sign signum sin sinh size slice smallint sort_array
  soundex space split split_part sqrt startswith str_to_map string struct substr substring substring_index tan tanh timestamp timestamp_micros timestamp_millis timestamp_seconds timestampadd timestampdiff tinyint
  to_binary to_char to_csv to_date to_json to_number to_timestamp to_unix_timestamp to_utc_timestamp to_varchar to_xml transform transform_keys transform_values translate trim trunc
  try_add try_aes_decrypt try_cast try_divide try_element_at try_multiply try_parse_json try_subtract try_to_binary try_to_number try_to_timestamp try_variant_get typeof ucase unbase64
  unhex unix_date unix_micros unix_millis unix_seconds unix_timestamp upper url_decode url_encode user uuid variant_get weekday weekofyear width_bucket xxhash64 year zeroifnull zip_with`.split(
    /\s+/,
  ),
)

/** Typed nodes that make rows. */
const generators = /^(explode|posexplode|inline|unnest|flatten|stack|json_tuple|json_table|variant_explode)/

/** What is done to a row's values by a node of this kind: nothing besides itself, an aggregation, or nobody knows what to the number of rows. */
export function effectOf(kind: string, name: string): 'value' | 'aggregate' | 'shape' {
  if (aggregates.has(kind)) return 'aggregate'
  if (kind === 'function') return scalars.has(name.toLowerCase()) ? 'value' : 'shape'
  return kind === 'method_call' || generators.test(kind) ? 'shape' : 'value'
}
