/**
 * Work that nobody waits for: done once at a time, and again where it was asked for meanwhile, so that the last time
 * begins after the last asking.
 */
export class Latest {
  readonly #work: () => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #isWanted = false;
  #underWay: Promise<void> | undefined;

  constructor(work: () => Promise<void>, onFailure: (error: unknown) => void) {
    this.#work = work;
    this.#onFailure = onFailure;
  }

  /** Resolves when all that was asked for is done, or has failed; absent when nothing is. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  ask(): void {
    this.#isWanted = true;
    this.#underWay ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#work();
      }
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#underWay = undefined;
    }
  }
}
