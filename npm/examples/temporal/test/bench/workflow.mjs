// What is measured: a few expressions, by whatever `evaluator` stands for.
import { condition, defineQuery, defineSignal, setHandler } from "@temporalio/workflow";
import { values } from "evaluator";

const SOURCES = [
  "payload.ticket.priority >= 3 and payload.ticket.status != \"closed\"",
  "payload.items[quantity > 1].sku",
  "{\"id\": payload.ticket.id, \"title\": \"[\" & payload.ticket.id & \"] \" & payload.ticket.title}",
  "payload.items[0].price * payload.items[0].quantity + payload.shipping",
  "payload.ticket.assignee ? payload.ticket.assignee.name : \"nobody\"",
];

/** Evaluates the sources over an input; a run that is held then waits to be ended. */
export async function measured({ context, held }) {
  let holds = false;
  let over = false;
  setHandler(defineQuery("holds"), () => holds);
  setHandler(defineSignal("end"), () => {
    over = true;
  });
  const found = await values(SOURCES, context);
  holds = held;
  await condition(() => over || !held);
  return found;
}
