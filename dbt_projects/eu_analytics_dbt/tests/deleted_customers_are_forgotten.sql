-- Customers that bronze marks as deleted, or no longer holds, and that customer_metrics still does.
with

versions as (

    select
        customer_id,
        is_deleted,
        row_number() over (partition by customer_id order by _ingested_at desc, _sequence desc) as recency
    from {{ source('bronze', 'raw_customer_data_eu') }}

)

select metrics.customer_id
from {{ ref('customer_metrics') }} as metrics
left join versions
    on
        metrics.customer_id = versions.customer_id
        and versions.recency = 1
where coalesce(versions.is_deleted, versions.customer_id is null)
