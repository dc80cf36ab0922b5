/**
 * What a Temporal worker needs for workflows that use `workflow-expr/temporal`.
 *
 * ```ts
 * const expressions = workflowExpressions();
 * await Worker.create({
 *   workflowsPath,
 *   taskQueue,
 *   activities: { ...activities, ...expressions.activities },
 *   sinks: { ...sinks, ...expressions.sinks },
 *   bundlerOptions: expressions.bundlerOptions,
 * });
 * ```
 */
import { createRequire } from "node:module";

import { type EnginePin, type PinActivities, RECORD_ACTIVITY } from "./pin.js";

/** What may differ from one worker to another. */
export interface WorkerOptions {
  /** Where warnings go that workflows give, also while they are replayed. */
  readonly onWarning?: (message: string, workflow: WorkflowIdentity) => void;
  /** The worker's SDK, such as `1.24.0`; the installed one if absent. */
  readonly sdkVersion?: string;
}

/** Which run gave a warning. */
export interface WorkflowIdentity {
  readonly workflowId: string;
  readonly runId: string;
}

/**
 * Members of a worker's `bundlerOptions`, of which one is there. Both share one running
 * module among workflows; no SDK's types have to know the one that it does not have.
 */
export interface BundlerOptions {
  readonly preloadModules?: string[];
  readonly webpackConfigHook?: <T extends { entry?: unknown }>(config: T) => T;
}

/** Parts of a worker's options. */
export interface WorkerParts {
  readonly activities: PinActivities;
  readonly sinks: {
    readonly workflowExpression: {
      readonly warn: {
        readonly fn: (workflow: WorkflowIdentity, message: string) => void;
        readonly callDuringReplay: true;
      };
    };
  };
  readonly bundlerOptions: BundlerOptions;
}

const PRELOAD = "workflow-expr/preload";
/** The first SDK that has `preloadModules`. */
const HAS_PRELOAD = [1, 16] as const;

/** The activities, sinks and options of the bundler to give a worker. */
export function workflowExpressions(options: WorkerOptions = {}): WorkerParts {
  const { onWarning = print, sdkVersion = installedVersion() } = options;
  return {
    activities: {
      // Its result is what the history keeps; there is nothing to do besides.
      [RECORD_ACTIVITY]: (pin: EnginePin) => Promise.resolve(pin),
    },
    sinks: {
      workflowExpression: {
        warn: {
          fn: ({ workflowId, runId }, message) => onWarning(message, { workflowId, runId }),
          callDuringReplay: true,
        },
      },
    },
    bundlerOptions: bundlerOptions(sdkVersion),
  };
}

function bundlerOptions(sdkVersion: string): BundlerOptions {
  const [major = 0, minor = 0] = sdkVersion.split(".").map(Number);
  const [fromMajor, fromMinor] = HAS_PRELOAD;
  return major > fromMajor || (major === fromMajor && minor >= fromMinor)
    ? { preloadModules: [PRELOAD] }
    : { webpackConfigHook: prependPreload };
}

/** An older SDK shares what is loaded with the bundle, before there is a workflow. */
function prependPreload<T extends { entry?: unknown }>(config: T): T {
  const entries = Array.isArray(config.entry) ? (config.entry as unknown[]) : [config.entry];
  return { ...config, entry: [PRELOAD, ...entries] };
}

function installedVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("@temporalio/worker/package.json") as { readonly version: string }).version;
}

function print(message: string, { workflowId, runId }: WorkflowIdentity): void {
  console.warn(`workflow ${workflowId}, run ${runId}: ${message}`);
}
