// The documents of the project's own workloads, each made anew and always the same.

const words = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do".split(" ");

/** Numbers without order and without chance. */
const scattered = (index) => (index * 7919 + 104729) % 100003;

const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** The state of a run that handles an order: what conditions and mappings read. */
function order() {
  return {
    payload: {
      order: {
        id: "ord-10482",
        createdAt: "2026-03-14T09:26:53.000Z",
        priority: "high",
        currency: "EUR",
        total: 1384.5,
        customer: {
          id: "cus-77",
          firstName: "Zoë",
          lastName: "Müller",
          tier: "gold",
          email: "zoe.mueller@example.org",
          address: { street: "Hauptstraße 5", city: "Köln", zip: "50667", country: "DE" },
        },
        lines: times(8, (index) => ({
          sku: `sku-${scattered(index) % 1000}`,
          title: `${words[index]} ${words[index + 1]}`,
          quantity: 1 + (index % 3),
          price: (scattered(index) % 20000) / 100,
          taxable: index % 2 === 0,
        })),
        notes: times(20, (index) => ({ author: words[index % 10], text: words.join(" ") })),
      },
      ticket: { title: "Refund for a broken lamp", tags: ["vip", "eu"], attempts: 2 },
    },
    vars: { limit: 1000, region: "eu", approvers: ["ana", "bo"], attempts: 3 },
    meta: { state: "waiting", traceId: "0af7651916cd43dd8448eb211c80319c" },
  };
}

/** One object with many members. */
function wide(count) {
  return {
    payload: Object.fromEntries(times(count, (index) => [`field_${index}`, scattered(index)])),
  };
}

/** Objects in objects, with a list at each level. */
function deep(levels) {
  let value = { leaf: "found", side: [1, 2, 3] };
  for (let level = 0; level < levels; level++) {
    value = { a: value, side: [level, { leaf: level }] };
  }
  return { payload: value };
}

function text(count) {
  return { payload: { text: times(count, (index) => words[scattered(index) % 10]).join(" ") } };
}

function numbers(count) {
  return { payload: { numbers: times(count, scattered) } };
}

/** Records as lists of a workflow hold them; also what growth is measured over. */
export function records(count) {
  return {
    items: times(count, (index) => ({
      id: index,
      group: `group ${scattered(index) % 20}`,
      value: scattered(index),
      name: `${words[index % 10]} ${words[scattered(index) % 10]}`,
    })),
  };
}

/** Names in several scripts, with marks that combine and characters beyond 16 bits. */
function unicode(count) {
  const names = ["Zoë Müller", "Łukasz Żółć", "Ольга Ёлкина", "王小明", "김철수", "👩‍🚀 Ana 🚀", "İpek Işık", "Éloïse"];
  return {
    payload: {
      names: times(count, (index) => ({ name: `${names[index % 8]} ${index}`, rank: scattered(index) % 50 })),
    },
  };
}

export const documents = {
  order,
  wide: () => wide(10_000),
  deep: () => deep(60),
  text: () => text(20_000),
  numbers: () => numbers(100_000),
  list: () => records(1000),
  records: () => records(100_000),
  unicode: () => unicode(500),
};
