/** A definition that has every type of step, and the actions and secrets that it needs. */
import type { CorrelationRules } from "workflow-expr/contract";
import type { Resources } from "./activities.js";
import type { Definition } from "./definition.js";

/** Approvals are found by the ticket that they are about. */
export const rules: CorrelationRules = { version: 1, events: { TICKET_APPROVED: ["ticket.id"] } };

/** An urgent ticket is assigned and has to be approved; all its watchers are told. */
export const ticket: Definition = {
  id: "ticket-approval",
  version: 1,
  steps: [
    {
      id: "urgent?",
      type: "control.if",
      condition: { $expr: "payload.ticket.priority >= 3" },
      then: [
        {
          id: "assign",
          type: "action.call",
          config: {
            actionId: "ticket.assign",
            version: 1,
            inputMapping: {
              ticketId: { $expr: "payload.ticket.id" },
              title: { $expr: '"[" & payload.ticket.id & "] " & payload.ticket.title' },
              token: { $secret: "HELPDESK_TOKEN" },
              queue: "urgent",
            },
            saveAs: "vars.assignment",
          },
        },
        {
          id: "approved?",
          type: "control.tryCatch",
          try: [
            {
              id: "approval",
              type: "event.wait",
              config: {
                eventName: "TICKET_APPROVED",
                correlationKey: { $expr: "payload.ticket.id" },
                filters: [{ path: "approver.level", op: ">=", value: 2 }],
                timeoutMs: 60_000,
                assign: { "vars.approver": { $expr: "vars.event.approver.name" } },
              },
            },
          ],
          catch: [
            {
              id: "nobody",
              type: "transform.assign",
              config: { assign: { "vars.approver": { $expr: "null" }, "vars.reason": { $expr: "error.message" } } },
            },
            { id: "stop", type: "control.return" },
          ],
        },
      ],
      else: [
        {
          id: "later",
          type: "time.wait",
          config: { mode: "duration", durationMs: 1_000, assign: { "vars.since": { $expr: "nowIso()" } } },
        },
      ],
    },
    {
      id: "tell",
      type: "control.forEach",
      items: { $expr: "payload.watchers[]" },
      itemVar: "watcher",
      onItemError: "continue",
      body: [
        {
          id: "mail",
          type: "action.call",
          config: {
            actionId: "mail.send",
            version: 1,
            inputMapping: { to: { $expr: "watcher" }, about: { $expr: "payload.ticket.id" } },
          },
        },
        {
          id: "count",
          type: "transform.assign",
          config: { assign: { "vars.told": { $expr: "[vars.told, watcher]" } } },
        },
      ],
    },
  ],
};

/** Actions that do nothing but answer. */
export const resources: Resources = {
  actions: {
    "ticket.assign@1": (input) => ({ assignee: "night shift", ...(input as object), token: "used" }),
    "mail.send@1": (input) => ({ sent: input }),
  },
  secrets: new Map([["HELPDESK_TOKEN", "not a real token"]]),
};
