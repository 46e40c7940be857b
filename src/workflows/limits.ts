/** Every time-out, retry and limit of a session, each with its reason. */

/** A dead worker is noticed after this long; a busy machine must still manage one heartbeat within it. */
export const EVALUATE_HEARTBEAT_TIMEOUT_MS = 5_000;

/** The same for the other activities; one ask may keep its worker's thread for seconds on a busy machine. */
export const HEARTBEAT_TIMEOUT_MS = 15_000;

/** What waits for a worker that keeps the session in memory goes to any other after this long: the keeper may be dead. */
export const STICKY_TIMEOUT_MS = 3_000;

/** Added to the trials' own limits for an evaluating activity: loading the data once per process. */
export const EVALUATE_OVERHEAD_MS = 120_000;

/** What no worker takes this long goes to the other queue, where a session has workers of its own. */
export const TAKE_TIMEOUT_MS = 10_000;

/**
 * The same where nobody serves the session alone any more. Each time-out costs a few events: a session that all have
 * left for a week stays within what one history may hold.
 */
export const LONG_TAKE_TIMEOUT_MS = 60_000;

/** The same where nobody has ever served the session alone: a batch is looked after again this often. */
export const SOLE_TAKE_TIMEOUT_MS = 600_000;

/** First wait before an evaluation lost with its worker is tried elsewhere: at once, there is nothing to wait for. */
export const EVALUATE_RETRY_MS = 100;

/**
 * An evaluation that every worker so far handed back for want of the data files: it is offered again this often, and all
 * its attempts together, which take ten minutes, cost the history but a few events. They are not the trial's failures.
 */
export const DATA_RETRY = { initialInterval: 1_000, maximumInterval: 10_000, maximumAttempts: 60 };

/** One write of a batch to the store; a store that hangs longer is tried again. */
export const PERSIST_TIMEOUT_MS = 30_000;

/** First wait before a write is tried again. */
export const PERSIST_RETRY_MS = 200;

/** A store that is down is asked again at least this often, for ever: results wait in history meanwhile. */
export const PERSIST_RETRY_MAX_MS = 10_000;

/** Ranking and CSV of the largest session allowed, on a slow disk. */
export const ANALYZE_TIMEOUT_MS = 600_000;

/** Proposing a group of trials; each takes milliseconds, a Gaussian process on a loaded machine a second at most. */
export const PROPOSE_TIMEOUT_MS = 120_000;

/** Trials proposed in one activity at most, so that one never nears its time-out. */
export const MAX_PROPOSALS = 16;

/** A batch of short trials should take about this long: ten times what orchestrating one activity costs. */
export const TARGET_BATCH_MS = 200;

/**
 * Trials in one batch at most. A batch costs the workflow about 50 ms, whatever it holds: with fewer in it, short trials
 * wait for the workflow. `mostInBatch` bounds the payload, `inFlight` by how much history outgrows its threshold before
 * the session goes on in a new run: all batches in flight together have no more trials, unless they have `least`.
 */
export const BATCHES = { most: 256, least: 64, inFlight: 4_096 };
/** The same in sessions that began before. */
export const EARLIER_BATCHES = { most: 64, least: 64, inFlight: 0 };

/** Trials told to a search in its request at most; of more the worker asks the workflow. */
export const MAX_TOLD = 64;

/**
 * Trials in flight that take less than this together are searched in sequence by one worker: asking for them takes
 * about as long, and spreading them would cost more than it wins.
 */
export const SEQUENCE_MS = 50;

/** Trials in one search at most: bounds the payloads and what a dead worker loses. */
export const MAX_SEARCH = 32;

/** Measured trials are written about this often: what `watch` shows is no older, and a write serves many short trials. */
export const TARGET_PERSIST_MS = 1_000;

/**
 * Trials in one write to the store at most, and how many may wait for it before no more are started. A write is a round
 * trip of 25 ms for the workflow, whatever it holds: with fewer in it, short trials wait for the store.
 */
export const WRITES = { most: 256, waiting: 1_024 };
/** The same in sessions that began before. */
export const EARLIER_WRITES = { most: 64, waiting: 512 };

/** Packed metrics in one write to the store, characters: half of what a payload may be. One batch may exceed it. */
export const MAX_PERSIST_SIZE = 1_000_000;

/**
 * Continue-as-new thresholds. The server suggests it at 4 MB only, where a client can no longer fetch the history
 * in one message. A run that begins with more than half of that goes on until it has doubled.
 */
export const MAX_HISTORY_BYTES = 2 * 1024 * 1024;
export const MAX_HISTORY_EVENTS = 4_000;

/** A payload over 2 MB fails the workflow; refused before the start with room for what else is carried. */
export const MAX_SPEC_BYTES = 1_000_000;

/**
 * Trials of earlier sessions that one may know: they travel with the spec, about 100 bytes each. The best and the
 * newest are worth most, and the model looks at 300 trials at once.
 */
export const MAX_PRIOR_TRIALS = 1_000;

/** Search attributes cost an event each time they change: refreshed this many times over a session. */
export const ATTRIBUTE_REFRESHES = 20;
