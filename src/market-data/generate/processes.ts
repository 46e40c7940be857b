import { exp } from '../../search-space/exact-math.ts';
import { createRandom, type Random } from './random.ts';
import type { EdgeSettings, JumpSettings, RegimeSettings } from './settings.ts';

/** The random processes that synthetic quotes are made of. Each is asked at times that never decrease, in seconds. */

const SECONDS_PER_HOUR = 3600;

/** What is left of 1 after `seconds`. */
function fade(seconds: number, halfLife: number): number {
  return exp((-Math.LN2 * seconds) / halfLife);
}

/** Intervals that come at random and last at random. */
export class Episodes {
  readonly #random: Random;
  readonly #meanWait: number;
  readonly #meanLength: number;
  #from = Infinity;
  #to = Infinity;

  constructor(seed: number, stream: string, settings: { per_hour: number; mean_s: number } | undefined) {
    this.#random = createRandom(seed, stream);
    this.#meanWait = SECONDS_PER_HOUR / (settings?.per_hour ?? 0);
    this.#meanLength = settings?.mean_s ?? 0;
    if (Number.isFinite(this.#meanWait)) this.#draw(0);
  }

  within(time: number): boolean {
    while (time >= this.#to) this.#draw(this.#to);
    return time >= this.#from;
  }

  #draw(after: number): void {
    this.#from = after + this.#random.exponential(this.#meanWait);
    this.#to = this.#from + this.#random.exponential(this.#meanLength);
  }
}

const ONE_REGIME: RegimeSettings = {
  name: 'only',
  mean_s: Infinity,
  volatility: 1,
  edge_sd: 1,
  spread: 1,
  edge_shift_bps: 0,
};

/** Which regime holds; from one to any other with the same chance. */
export class Regimes {
  readonly #random: Random;
  readonly #regimes: readonly RegimeSettings[];
  #index = 0;
  #until: number;

  constructor(seed: number, regimes: readonly RegimeSettings[] | undefined) {
    this.#random = createRandom(seed, 'regimes');
    this.#regimes = regimes ?? [ONE_REGIME];
    this.#until = regimes === undefined ? Infinity : this.#random.exponential(regimes[0]!.mean_s);
  }

  at(time: number): RegimeSettings {
    while (time >= this.#until) {
      const others = this.#regimes.length - 1;
      this.#index = (this.#index + 1 + Math.floor(this.#random.uniform() * others)) % this.#regimes.length;
      this.#until += this.#random.exponential(this.#regimes[this.#index]!.mean_s);
    }
    return this.#regimes[this.#index]!;
  }
}

/**
 * How far one venue's price lies above the other's, in bps: an Ornstein-Uhlenbeck process, sampled exactly, plus jumps
 * that fade by half in each of their half-lives.
 */
export class Edge {
  readonly #settings: EdgeSettings;
  readonly #jumps: JumpSettings | undefined;
  readonly #noise: Random;
  readonly #jumpRandom: Random;
  #time = 0;
  #distance: number;
  #jumped = 0;
  #jumpedAt = 0;
  #nextJump = Infinity;

  constructor(seed: number, settings: EdgeSettings, jumps: JumpSettings | undefined) {
    this.#settings = settings;
    this.#jumps = jumps;
    this.#noise = createRandom(seed, 'edge');
    this.#jumpRandom = createRandom(seed, 'jumps');
    this.#distance = settings.sd_bps * this.#noise.normal();
    if (jumps !== undefined && jumps.per_hour > 0) {
      this.#nextJump = this.#jumpRandom.exponential(SECONDS_PER_HOUR / jumps.per_hour);
    }
  }

  /** `sdFactor` and `shiftBps` are the regime's. */
  at(time: number, sdFactor = 1, shiftBps = 0): number {
    const { mean_bps, sd_bps, half_life_s } = this.#settings;
    const kept = fade(time - this.#time, half_life_s);
    this.#distance =
      this.#distance * kept + sd_bps * sdFactor * Math.sqrt(1 - kept * kept) * this.#noise.normal();
    this.#time = time;
    return mean_bps + shiftBps + this.#distance + this.#jumpsAt(time);
  }

  #jumpsAt(time: number): number {
    const jumps = this.#jumps;
    if (jumps === undefined) return 0;
    while (this.#nextJump <= time) {
      const size = this.#jumpRandom.exponential(jumps.size_bps);
      const sign = this.#jumpRandom.uniform() < jumps.up_share ? 1 : -1;
      this.#jumped = this.#jumped * fade(this.#nextJump - this.#jumpedAt, jumps.half_life_s) + sign * size;
      this.#jumpedAt = this.#nextJump;
      this.#nextJump += this.#jumpRandom.exponential(SECONDS_PER_HOUR / jumps.per_hour);
    }
    return this.#jumped * fade(time - this.#jumpedAt, jumps.half_life_s);
  }
}
