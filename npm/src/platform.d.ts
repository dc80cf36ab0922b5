// Everything that this package takes from its surroundings.
//
// Neither the DOM's nor Node's types are loaded, so a name that is missing here does not
// compile: a Temporal workflow has no `Buffer`, `atob`, `fetch`, `process`,
// `performance`, and its `FinalizationRegistry` throws.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: object;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
}

declare class TextEncoder {
  encodeInto(source: string, target: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean });
  decode(bytes: Uint8Array): string;
}
