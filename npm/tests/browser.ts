// A page in headless Chromium, as a browser shows it when its scripts have run.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";

const start = promisify(execFile);

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** The browser's command, if there is one. */
export async function findChromium(): Promise<string | undefined> {
  for (const command of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = await start(command, ["--version"]).then(
      () => true,
      () => false,
    );
    if (found) {
      return command;
    }
  }
  return undefined;
}

/** The document of `index.html` in a folder, served on loopback. */
export async function openPage(command: string, folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
    readFile(join(folder, name)).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  const profile = await mkdtemp(join(tmpdir(), "workflow-expr-browser-"));
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"];
    const options = { timeout: 90_000, killSignal: "SIGKILL" } as const;
    const page = `http://127.0.0.1:${port}/`;
    const { stdout } = await start(command, [...flags, `--user-data-dir=${profile}`, "--dump-dom", page], options);
    return stdout;
  } finally {
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
