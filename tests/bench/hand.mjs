// What a person would write in JavaScript instead of an expression, by workload.

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** As JSONata orders texts and numbers: by units, not by language. */
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

export const hand = {
  a_eq: ({ payload, vars }) => payload.ticket.id === vars.expected,
  b_eq: ({ payload, vars }) => payload.ticket.id === vars.expected,
  a_and: ({ payload, vars }) => vars.count > 3 && payload.priority === "high",
  c_sum: ({ payload }) => sum(payload.items.map(({ price, qty }) => price * qty)),
  c_reduce: ({ payload }) => sum(payload.items.map(({ price }) => price)),
  c_filter_map_sort: ({ payload }) =>
    payload.items
      .filter(({ status, price }) => status === "open" && price > 500)
      .sort((one, other) => other.price - one.price)
      .map(({ id, price, qty }) => ({ id, total: price * qty })),
  c_groupby: ({ payload }) => {
    const groups = {};
    for (const { category, price } of payload.items) {
      groups[category] = (groups[category] ?? 0) + price;
    }
    return groups;
  },
  c_nested_obj: ({ payload }) =>
    payload.items.map(({ id, title, customer, price, qty, tags }) => ({
      ticket: { id, title, who: { name: customer.name, vip: customer.vip } },
      money: { price, total: price * qty },
      tags,
    })),
  own_condition: ({ payload: { order }, vars }) =>
    order.total > vars.limit &&
    ["gold", "platinum"].includes(order.customer.tier) &&
    !("blocked" in order),
  own_mapping: ({ payload: { order } }) => ({
    orderId: order.id,
    customer: `${order.customer.firstName} ${order.customer.lastName}`,
    city: order.customer.address.city.toUpperCase(),
    lines: order.lines.map(({ sku, price, quantity }) => ({ sku, total: price * quantity })),
    total: sum(order.lines.map(({ price, quantity }) => price * quantity)),
    urgent: order.priority === "high",
  }),
  own_wide_sum: ({ payload }) => sum(Object.values(payload)),
  own_text_split: ({ payload }) => payload.text.split(" ").length,
  own_sort_numbers: ({ payload }) => payload.numbers.toSorted((one, other) => one - other)[0],
  own_sort_records: ({ items }) =>
    items.toSorted(
      (one, other) => compare(one.group, other.group) || other.value - one.value,
    )[0].id,
  own_unicode_sort: ({ payload }) =>
    payload.names.toSorted((one, other) => compare(one.name, other.name)).map(({ name }) => name),
};
