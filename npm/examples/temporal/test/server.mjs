// A Temporal server of its own for a test run.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Connection } from "@temporalio/client";

/** The command; the task that runs these tests installs one and says where. */
const COMMAND = process.env.TEMPORAL_CLI ?? "temporal";
const START_LIMIT_MS = 60_000;

/** Starts a server; `stop` ends it by its own process. */
export async function startServer() {
  const port = await freePort();
  const options = ["--headless", "--ip", "127.0.0.1", "--port", String(port), "--log-level", "error"];
  const server = spawn(COMMAND, ["server", "start-dev", ...options], { stdio: "ignore" });
  const failed = new Promise((_, reject) => server.once("error", reject));
  const address = `127.0.0.1:${port}`;
  const stop = () => server.kill();
  // A test that throws where nobody waits for it would leave the server behind.
  process.once("exit", stop);
  try {
    return { address, connection: await Promise.race([connect(address), failed]), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function connect(address) {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await Connection.connect({ address, connectTimeout: "2 seconds" });
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await pause(200);
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
