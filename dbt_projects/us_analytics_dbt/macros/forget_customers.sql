{#- Deletes from the model the customers that `customers` no longer holds: deleted there, or gone without a trace. -#}
{% macro forget_customers(customers) %}
merge into {{ this }} as kept
using (
    select customer_id
    from (
        select
            customer_id,
            is_deleted,
            row_number() over (partition by customer_id order by _ingested_at desc, _sequence desc) as recency
        from {{ customers }}
    ) as customer_versions
    where recency = 1 and not coalesce(is_deleted, false)
) as living
on kept.customer_id = living.customer_id
when not matched by source then delete
{% endmacro %}
