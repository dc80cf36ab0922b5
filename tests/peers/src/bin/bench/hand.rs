//! What a person would write in Rust instead of an expression, over `serde_json` values.
//!
//! Nothing where the document is not what it should be.

use serde_json::{Map, Value, json};
use std::cmp::Reverse;

type Hand = fn(&Value) -> Option<Value>;

/// The code for a workload.
pub(crate) fn hand(workload: &str) -> Option<Hand> {
    let (_, hand) = WRITTEN.iter().find(|(name, _)| *name == workload)?;
    Some(*hand)
}

const WRITTEN: [(&str, Hand); 15] = [
    ("a_eq", equal),
    ("b_eq", equal),
    ("a_and", both),
    ("c_sum", sum),
    ("c_reduce", reduce),
    ("c_filter_map_sort", filter_map_sort),
    ("c_groupby", group),
    ("c_nested_obj", nested),
    ("own_condition", condition),
    ("own_mapping", mapping),
    ("own_wide_sum", wide_sum),
    ("own_text_split", text_split),
    ("own_sort_numbers", sort_numbers),
    ("own_sort_records", sort_records),
    ("own_unicode_sort", unicode_sort),
];

fn equal(context: &Value) -> Option<Value> {
    let id = context.get("payload")?.get("ticket")?.get("id")?;
    Some(json!(id == context.get("vars")?.get("expected")?))
}

fn both(context: &Value) -> Option<Value> {
    let count = context.get("vars")?.get("count")?.as_f64()?;
    Some(json!(count > 3.0 && context.get("payload")?.get("priority")? == "high"))
}

fn items(context: &Value) -> Option<&Vec<Value>> {
    context.get("payload")?.get("items")?.as_array()
}

fn number(object: &Value, name: &str) -> Option<f64> {
    object.get(name)?.as_f64()
}

/// As the expressions write them: whole numbers without a fraction.
fn written(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return json!(number as i64);
    }
    json!(number)
}

/// The sum of `first` times `second`, over a list.
fn total(items: &[Value], first: &str, second: &str) -> Option<f64> {
    items.iter().map(|item| Some(number(item, first)? * number(item, second)?)).sum()
}

fn sum(context: &Value) -> Option<Value> {
    Some(written(total(items(context)?, "price", "qty")?))
}

fn reduce(context: &Value) -> Option<Value> {
    let prices = items(context)?.iter().map(|item| number(item, "price"));
    Some(written(prices.sum::<Option<f64>>()?))
}

fn filter_map_sort(context: &Value) -> Option<Value> {
    let mut found = Vec::new();
    for item in items(context)? {
        let price = number(item, "price")?;
        if item.get("status")? == "open" && price > 500.0 {
            found.push((price, item));
        }
    }
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let objects = found.into_iter().map(|(price, item)| {
        let total = written(price * number(item, "qty")?);
        Some(json!({ "id": item.get("id")?, "total": total }))
    });
    objects.collect()
}

fn group(context: &Value) -> Option<Value> {
    let mut groups = Vec::<(&str, f64)>::new();
    for item in items(context)? {
        let (name, price) = (item.get("category")?.as_str()?, number(item, "price")?);
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, total)) => *total += price,
            None => groups.push((name, price)),
        }
    }
    let members = groups.into_iter().map(|(name, it)| (name.to_owned(), written(it)));
    Some(Value::Object(members.collect()))
}

fn nested(context: &Value) -> Option<Value> {
    let objects = items(context)?.iter().map(|item| {
        let customer = item.get("customer")?;
        Some(json!({
            "ticket": {
                "id": item.get("id")?,
                "title": item.get("title")?,
                "who": { "name": customer.get("name")?, "vip": customer.get("vip")? },
            },
            "money": {
                "price": item.get("price")?,
                "total": written(number(item, "price")? * number(item, "qty")?),
            },
            "tags": item.get("tags")?,
        }))
    });
    objects.collect()
}

fn condition(context: &Value) -> Option<Value> {
    let order = context.get("payload")?.get("order")?;
    let tier = order.get("customer")?.get("tier")?;
    let above = number(order, "total")? > number(context.get("vars")?, "limit")?;
    let known = tier == "gold" || tier == "platinum";
    Some(json!(above && known && order.get("blocked").is_none()))
}

fn mapping(context: &Value) -> Option<Value> {
    let order = context.get("payload")?.get("order")?;
    let customer = order.get("customer")?;
    let name = |name| customer.get(name)?.as_str();
    let city = customer.get("address")?.get("city")?.as_str()?;
    let lines = order.get("lines")?.as_array()?;
    let priced: Option<Value> = lines
        .iter()
        .map(|line| {
            let total = number(line, "price")? * number(line, "quantity")?;
            Some(json!({ "sku": line.get("sku")?, "total": written(total) }))
        })
        .collect();
    Some(json!({
        "orderId": order.get("id")?,
        "customer": format!("{} {}", name("firstName")?, name("lastName")?),
        "city": city.to_uppercase(),
        "lines": priced?,
        "total": written(total(lines, "price", "quantity")?),
        "urgent": order.get("priority")? == "high",
    }))
}

fn wide_sum(context: &Value) -> Option<Value> {
    let payload: &Map<String, Value> = context.get("payload")?.as_object()?;
    Some(written(payload.values().map(Value::as_f64).sum::<Option<f64>>()?))
}

fn text_split(context: &Value) -> Option<Value> {
    Some(json!(context.get("payload")?.get("text")?.as_str()?.split(' ').count()))
}

fn sort_numbers(context: &Value) -> Option<Value> {
    let numbers = context.get("payload")?.get("numbers")?.as_array()?;
    let mut numbers = numbers.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>()?;
    numbers.sort_by(f64::total_cmp);
    numbers.first().copied().map(written)
}

fn sort_records(context: &Value) -> Option<Value> {
    let items = context.get("items")?.as_array()?;
    let keyed = items.iter().map(|item| {
        Some((item.get("group")?.as_str()?, Reverse(item.get("value")?.as_i64()?), item))
    });
    let mut keyed = keyed.collect::<Option<Vec<_>>>()?;
    keyed.sort_by_key(|&(group, value, _)| (group, value));
    keyed.first()?.2.get("id").cloned()
}

/// Texts are ordered by their 16-bit units.
fn unicode_sort(context: &Value) -> Option<Value> {
    let names = context.get("payload")?.get("names")?.as_array()?;
    let names = names.iter().map(|item| item.get("name")?.as_str());
    let mut names = names.collect::<Option<Vec<_>>>()?;
    names.sort_by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
    Some(json!(names))
}
