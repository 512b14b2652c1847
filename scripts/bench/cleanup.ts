// Undoes at the end what the benchmark set up: servers, brokers, directories.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Steps that are made last to first. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** A step that fails keeps no other from being made. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await Promise.resolve().then(step).catch(() => {});
    }
  }

  /** A directory that goes at the end. */
  makeDirectory(): string {
    const path = mkdtempSync(join(tmpdir(), 'mailchute-bench-'));
    this.add(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }
}
