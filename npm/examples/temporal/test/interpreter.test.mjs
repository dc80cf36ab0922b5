// The example on a real server: every type of step, and the history of each run replayed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { published } from "../dist/client.js";
import { rules, ticket } from "../dist/ticket.js";
import { assign, definition, expr, onServer } from "./harness.mjs";

const here = onServer();
const payload = (priority) => ({
  ticket: { id: "T-1", title: "Printer", priority },
  watchers: ["ann", "ben"],
});
const approval = (eventId, more = {}) => ({
  eventId,
  eventName: "TICKET_APPROVED",
  payload: { ticket: { id: "T-1" }, approver: { name: "Cleo", level: 2 } },
  ...more,
});
const wait = (more = {}) => ({
  type: "event.wait",
  config: { eventName: "TICKET_APPROVED", correlationKey: expr('"T-1"'), ...more },
});
const call = (actionId, inputMapping, more = {}) => ({
  type: "action.call",
  config: { actionId, version: 1, inputMapping, ...more },
});

/** Runs to the end and replays. */
async function completed(input) {
  const { result, history } = await here.run(input);
  assert.deepEqual(await here.replay(history), []);
  return result;
}

/** Runs to a failure and replays; gives what it failed with. */
async function failed(...steps) {
  const { error, history } = await here.failed({ definition: definition(...steps), payload: { a: 1 } });
  assert.deepEqual(await here.replay(history), []);
  return error;
}

test("the ticket can be published", () => {
  assert.equal(published(ticket, rules), ticket);
  const broken = definition(assign({ "vars.x": "lenn(payload)" }));
  assert.throws(() => published(broken), /INVALID_EXPR at \/steps\/0.*lenn/);
});

test("an urgent ticket waits for the one event that has its key and passes the filter", async () => {
  const handle = await here.start({ definition: ticket, payload: payload(5) });
  await here.send(handle, approval("1", { eventName: "TICKET_REFUSED", correlationKey: "T-1" }));
  await here.send(handle, approval("2", { payload: { ticket: { id: "T-2" }, approver: { level: 9 } } }));
  await here.send(handle, approval("3", { payload: { ticket: { id: "T-1" }, approver: { level: 1 } } }));
  await here.send(handle, approval("4"));
  const { result, history } = await here.finish(handle);
  const { assignment, approver, told, event } = result;
  assert.equal(assignment.title, "[T-1] Printer");
  assert.deepEqual([assignment.queue, assignment.ticketId], ["urgent", "T-1"]);
  assert.deepEqual([approver, event.approver.level], ["Cleo", 2]);
  assert.deepEqual(told, ["ann", "ben"]);
  assert.deepEqual(await here.replay(history), []);
});

test("any other ticket waits for time to pass, by the workflow's clock", async () => {
  const begun = Date.now();
  const { since, told, ...others } = await completed({ definition: ticket, payload: payload(1) });
  assert.ok(Date.parse(since) >= begun + 1_000, since);
  assert.deepEqual([told, others], [["ann", "ben"], {}]);
});

test("a wait until a moment is over when it has come", async () => {
  const until = { type: "time.wait", config: { mode: "until", until: expr("payload.at") } };
  const at = new Date(Date.now() + 3_000).toISOString();
  const input = { definition: definition(until, assign({ "vars.now": "nowIso()" })), payload: { at } };
  const { now } = await completed(input);
  assert.ok(now >= at, now);
  const past = { ...input, payload: { at: "2020-01-01T00:00:00Z" } };
  assert.ok(Date.parse((await completed(past)).now) > 0);
});

test("a wait that ends without its event can be caught, and the run returns", async () => {
  const short = structuredClone(ticket);
  short.steps[0].then[1].try[0].config.timeoutMs = 200;
  const { approver, reason, told } = await completed({ definition: short, payload: payload(5) });
  assert.deepEqual([approver, reason], [null, "event.wait timed out waiting for TICKET_APPROVED"]);
  assert.equal(told, undefined, "nothing is done after the return");
});

test("a wait that ends without its event fails the run otherwise", async () => {
  const error = await failed(wait({ timeoutMs: 50 }));
  assert.deepEqual([error.type, error.nonRetryable], ["TimeoutError", true]);
  const [{ eventName, correlationKey, timeoutAt }] = error.details;
  assert.deepEqual([eventName, correlationKey], ["TICKET_APPROVED", "T-1"]);
  assert.ok(Date.parse(timeoutAt) > 0);
});

test("an event that came before its wait is taken, and one that came twice only once", async () => {
  const late = definition({ type: "time.wait", config: { mode: "duration", durationMs: 500 } }, wait(), {
    type: "control.tryCatch",
    try: [{ id: "again", ...wait({ timeoutMs: 100 }) }],
    catch: [{ id: "once", ...assign({ "vars.once": "true" }) }],
  });
  const handle = await here.start({ definition: late, payload: {} });
  await here.send(handle, approval("1"));
  await here.send(handle, approval("1"));
  const { result, history } = await here.finish(handle);
  assert.equal(result.once, true);
  await here.replay(history);
});

test("an error of an expression fails the run with type, code and details", async () => {
  const { type, nonRetryable, details, message } = await failed(
    call("mail.send", { to: expr('payload.a + "b"') }),
  );
  assert.deepEqual([type, nonRetryable], ["ExpressionError.evaluation", true]);
  const [{ class: kind, code, category, path, line }] = details;
  assert.deepEqual([kind, code, category, path, line], ["evaluation", "T2002", "ExpressionError", "/to", 1]);
  assert.match(message, /^T2002 at 1:/);
  const [{ code: syntax }] = (await failed(assign({ "vars.x": "1 +" }))).details;
  assert.equal(syntax, "S0207");
});

test("an error of an expression can be caught, with its code and its place", async () => {
  const caught = definition({
    type: "control.tryCatch",
    try: [{ id: "fails", ...assign({ "vars.x": 'payload.a + "b"' }) }],
    catch: [{ id: "kept", ...assign({ "vars.code": "error.code", "vars.type": "error.type" }) }],
    captureErrorAs: "vars.error",
  }, assign({ "vars.after": "error = null" }));
  const { code, type, error, after, x } = await completed({ definition: caught, payload: { a: 1 } });
  assert.deepEqual([code, type, x], ["T2002", "ExpressionError.evaluation", undefined]);
  assert.equal(error.stepPath, "root.steps[0].try.steps[0]");
  assert.equal(after, true, "the error is gone after the block");
});

test("a failure of an action or a secret is one of the step", async () => {
  const unknown = await failed(call("no.such", {}));
  assert.deepEqual([unknown.cause.type, unknown.cause.message], ["ActionError", "unknown action no.such@1"]);
  const secret = await failed(call("mail.send", { token: { $secret: "NONE" } }));
  assert.equal(secret.type, "ActionError");
  assert.match(secret.message, /^Failed to resolve secret "NONE": no such secret NONE$/);
  assert.equal(secret.details[0].path, "/token");
  const after = await failed(
    call("mail.send", { token: { $secret: "HELPDESK_TOKEN" }, to: expr('payload.a + "b"') }),
  );
  const [{ path, redactionPaths }] = after.details;
  assert.deepEqual([path, redactionPaths], ["/to", ["/token"]]);
});

test("an item that fails ends the loop, or is passed over", async () => {
  const loop = (more) => ({
    type: "control.forEach",
    items: expr("[1, 0, 2]"),
    itemVar: "n",
    body: [{
      id: "checked",
      type: "control.if",
      condition: expr("n > 0 ? true : n"),
      then: [{ id: "sum", ...assign({ "vars.sum": "coalesce(vars.sum, 0) + n" }) }],
    }],
    ...more,
  });
  const error = await failed(loop());
  assert.deepEqual([error.type, error.message], ["ExpressionError", "control.if condition must evaluate to a boolean"]);
  assert.deepEqual(await completed({ definition: definition(loop({ onItemError: "continue" })) }), { sum: 3 });
});

test("what is malformed fails the run and not its task", async () => {
  const messages = [
    [{ type: "control.forEach", items: expr("1"), itemVar: "n", body: [] }, /items must evaluate to an array/],
    [{ type: "control.never" }, /unknown type of step: control.never/],
    [wait({ timeoutMs: -1 }), /event.wait timeoutMs must be a positive number/],
    [wait({ correlationKey: expr("{}") }), /correlationKey/],
    [{ type: "time.wait", config: { mode: "until", until: expr('"soon"') } }, /must evaluate to ISO text/],
  ];
  for (const [step, message] of messages) {
    assert.match((await failed(step)).message, message);
  }
});

test("a run that is cancelled cannot catch it", async () => {
  const caught = definition({
    type: "control.tryCatch",
    try: [{ id: "never", ...wait() }],
    catch: [{ id: "no", ...assign({ "vars.caught": "true" }) }],
  });
  const handle = await here.start({ definition: caught });
  await handle.cancel();
  await assert.rejects(handle.result(), ({ cause }) => cause.name === "CancelledFailure");
  await here.replay(await here.historyOf(handle));
});

test("a run that continues as new hands on variables and events that nobody took", async () => {
  const counting = definition(
    assign({ "vars.n": "1", "payload.p": "2" }),
    { type: "time.wait", config: { mode: "duration", durationMs: 500 } },
    assign({ "vars.n": "vars.n + payload.p" }),
    wait(),
  );
  const handle = await here.start({ definition: counting, payload: {}, stepsOfARun: 2 });
  await here.send(handle, approval("1"));
  const { result, history } = await here.finish(handle);
  const first = await here.historyOf(handle, handle.firstExecutionRunId);
  assert.deepEqual([result.n, result.event.approver.name], [3, "Cleo"]);
  assert.notDeepEqual(first, history);
  await here.replay(first);
  await here.replay(history);
});
