{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key='customer_id',
        on_schema_change='append_new_columns',
        post_hook="{{ forget_customers(source('bronze', 'raw_customer_data_us')) }}"
    )
}}

with

customer_versions as (

    select
        customer_id,
        country,
        is_deleted,
        _ingested_at,
        _sequence
    from {{ source('bronze', 'raw_customer_data_us') }}

),

order_versions as (

    select
        order_id,
        customer_id,
        order_date,
        amount,
        is_deleted,
        _ingested_at,
        _sequence
    from {{ source('bronze', 'raw_sales_orders_us') }}

),

{% if is_incremental() %}

-- Each feed has its own mark, because one may lag behind the other.
marks as (

    select
        coalesce(max(_customer_ingested_at), timestamp '1900-01-01 00:00:00')
        - interval '{{ var("late_commit_hours") }}' hour as customers_from,
        coalesce(max(_orders_ingested_at), timestamp '1900-01-01 00:00:00')
        - interval '{{ var("late_commit_hours") }}' hour as orders_from
    from {{ this }}

),

arrived_orders as (

    select order_versions.order_id
    from order_versions
    cross join marks
    where order_versions._ingested_at >= marks.orders_from

),

-- An order that arrived touches every customer that it ever belonged to.
touched_customers as (

    select customer_versions.customer_id
    from customer_versions
    cross join marks
    where customer_versions._ingested_at >= marks.customers_from

    union

    select order_versions.customer_id
    from order_versions
    where order_versions.order_id in (select arrived_orders.order_id from arrived_orders)

),

touched_orders as (

    select order_versions.order_id
    from order_versions
    where order_versions.customer_id in (select touched_customers.customer_id from touched_customers)

),

{% endif %}

customers as (

    select
        customer_id,
        country,
        is_deleted,
        _ingested_at,
        row_number() over (partition by customer_id order by _ingested_at desc, _sequence desc) as recency
    from customer_versions
    {% if is_incremental() %}
    where customer_id in (select touched_customers.customer_id from touched_customers)
    {% endif %}

),

-- A deleted order counts for nothing.
orders as (

    select
        customer_id,
        case when not coalesce(is_deleted, false) then order_id end as order_id,
        case when not coalesce(is_deleted, false) then order_date end as order_date,
        case when not coalesce(is_deleted, false) then amount end as amount,
        _ingested_at,
        row_number() over (partition by order_id order by _ingested_at desc, _sequence desc) as recency
    from order_versions
    {% if is_incremental() %}
    where order_id in (select touched_orders.order_id from touched_orders)
    {% endif %}

)

select
    customers.customer_id,
    customers.country,
    count(orders.order_id) as total_orders,
    cast(coalesce(sum(orders.amount), 0) as decimal(28, 2)) as lifetime_value,
    min(orders.order_date) as first_order_date,
    max(orders.order_date) as last_order_date,
    max(customers._ingested_at) as _customer_ingested_at,
    max(orders._ingested_at) as _orders_ingested_at
from customers
left join orders
    on
        customers.customer_id = orders.customer_id
        and orders.recency = 1
where
    customers.recency = 1
    and not coalesce(customers.is_deleted, false)
group by
    customers.customer_id,
    customers.country
