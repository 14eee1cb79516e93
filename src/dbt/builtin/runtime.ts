/** What of dbt's run-time macros models and hooks call: https://docs.getdbt.com/reference/dbt-jinja-functions */
export const RUNTIME = `
{% macro is_incremental() %}{% do return(__dbt_is_incremental) %}{% endmacro %}
{% macro should_full_refresh() %}
{% set own = config.get('full_refresh') %}
{% do return(flags.FULL_REFRESH if own is none else own) %}
{% endmacro %}
{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') %}
{%- if execute -%}{%- set sql = caller() -%}{%- endif -%}
{% endmacro %}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) %}{% endmacro %}
{% macro run_query(sql) %}{% do return(load_result('run_query_statement').table) %}{% endmacro %}
{% macro run_hooks(hooks, inside_transaction=true) %}{% endmacro %}
{% macro set_sql_header(config) %}{% do config.set('sql_header', caller()) %}{% endmacro %}
{% macro load_relation(relation) %}{% do return(load_cached_relation(relation)) %}{% endmacro %}
{% macro load_cached_relation(relation) %}
{% do return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) %}
{% endmacro %}
{% macro get_columns_in_relation(relation) %}{% do return(adapter.get_columns_in_relation(relation)) %}{% endmacro %}
{% macro get_columns_in_query(select_sql) %}{% do return(adapter.get_columns_in_query(select_sql)) %}{% endmacro %}
{% macro assert_not_null(function, arg) %}{% do return(function ~ '(' ~ arg ~ ')') %}{% endmacro %}
{% macro py_current_timestring() %}{% do return(run_started_at.strftime('%Y%m%d%H%M%S%f')) %}{% endmacro %}
`
