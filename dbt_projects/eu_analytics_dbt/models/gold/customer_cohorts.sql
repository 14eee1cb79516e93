{{ config(materialized='table') }}

select
    customer_id,
    country,
    cast(date_trunc('month', first_order_date) as date) as cohort_month,
    case
        when lifetime_value > {{ var('high_value_above') }} then 'High Value'
        when lifetime_value >= {{ var('medium_value_from') }} then 'Medium Value'
        else 'Low Value'
    end as segment,
    total_orders,
    lifetime_value
from {{ ref('customer_metrics') }}
