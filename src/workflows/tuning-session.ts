import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  setHandler,
} from '@temporalio/workflow';
import { rivalsAPage, tooManyTrials, trialsAPage } from './capacity.ts';
import type { SessionInput, SessionResult } from './messages.ts';
import * as messages from './messages.ts';
import { visibleTrials } from './proposals.ts';
import { Session } from './session.ts';

/**
 * The workflow of a tuning session: asks the optimizer, has trials measured and stored, goes on in a new run when
 * its history has grown, and at the end ranks what it found. Nothing but orchestration.
 */
export async function TuningSession(input: SessionInput): Promise<SessionResult> {
  const session = new Session(input);
  handleMessages(session, input);
  try {
    await session.save(input.carried === undefined);
    background(session, session.stopInTime());
    await search(session);
    if (session.isRotating && !session.isSearchOver) return await continueAsNew(session, input);
    return await finish(session);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => abandon(session));
    throw error;
  }
}

/** Keeps as many trials in flight as it may, and everything measured on its way to the store. */
async function search(session: Session): Promise<void> {
  const isOver = () => session.isSearchOver || (session.isRotating && session.isIdle);
  while (!isOver()) {
    if (session.canPropose) background(session, session.propose());
    if (session.canPersist) background(session, session.persist());
    if (session.canSearch) session.search();
    while (session.canDispatch) session.dispatch();
    await condition(() => isOver() || session.canStep);
  }
}

/** Runs a step beside the others; a failure ends the session. */
function background(session: Session, step: Promise<void>): void {
  step.catch((error: unknown) => session.fail(error));
}

async function finish(session: Session): Promise<SessionResult> {
  const { fatal } = session;
  const status = fatal ? 'failed' : session.phase === 'stopping' ? 'stopped' : 'completed';
  const analysis = await session.analyze();
  session.phase = status;
  session.publish(status);
  await session.saved();
  await session.save(false);
  await condition(allHandlersFinished);
  if (fatal)
    throw ApplicationFailure.create({ message: fatal.message, type: 'SessionFailed', nonRetryable: true });
  return session.result(status, analysis);
}

async function continueAsNew(session: Session, input: SessionInput): Promise<never> {
  await session.saved();
  await condition(allHandlersFinished);
  return await makeContinueAsNewFunc<typeof TuningSession>()({ ...input, carried: session.carry() });
}

/** Cancelled: what is measured is kept, what is running is let go. */
async function abandon(session: Session): Promise<void> {
  session.publish('cancelled');
  // A write that was cancelled on its way gives back what it held.
  await condition(() => !session.isStoring);
  while (session.hasUnstored) await session.persist();
  await session.save(false, 'cancelled');
}

function handleMessages(session: Session, input: SessionInput): void {
  setHandler(messages.statusQuery, () => session.status());
  setHandler(messages.rivalsQuery, (from = 0) => session.table.rivals(from, rivalsAPage(input.spec)));
  setHandler(messages.visibleTrialsQuery, (last, known) =>
    visibleTrials(input.spec, session.table, last, known, trialsAPage(input.spec)),
  );
  setHandler(messages.trialsQuery, (from, limit) => session.table.list(from, limit));

  setHandler(
    messages.joinUpdate,
    (request) => {
      const joined = request.request !== input.startRequest;
      if (joined && !session.requests.includes(request.request)) {
        session.requests.push(request.request);
        session.extend(request);
      }
      return { joined, iterations: session.target };
    },
    {
      validator: (request) => {
        if (request.request === input.startRequest) return;
        refuseWhenOver(session, 'joined');
        const { specHash, dataHash } = input.spec;
        if (request.specHash !== specHash || request.dataHash !== dataHash) {
          throw conflict('the session runs with another config', 'ConfigDiffers');
        }
        refuseTooMany(session, input, request.iterations);
      },
    },
  );

  setHandler(messages.serveUpdate, (_request: messages.ServeRequest) => session.router.welcome());

  setHandler(
    messages.extendUpdate,
    (request: messages.ExtendRequest) => {
      session.extend(request);
      return session.status();
    },
    {
      validator: (request: messages.ExtendRequest) => {
        refuseWhenOver(session, 'extended');
        refuseTooMany(session, input, request.iterations);
      },
    },
  );

  setHandler(
    messages.pauseUpdate,
    async () => {
      await session.setPaused(true);
      return session.status();
    },
    { validator: () => refuseWhenOver(session, 'paused') },
  );

  setHandler(
    messages.unpauseUpdate,
    async () => {
      await session.setPaused(false);
      return session.status();
    },
    { validator: () => refuseWhenOver(session, 'unpaused') },
  );

  setHandler(
    messages.stopUpdate,
    () => {
      session.stop('asked to stop');
      return session.status();
    },
    { validator: () => refuseWhenOver(session, 'stopped') },
  );
}

/** A session that has begun to end takes no more orders. */
function refuseWhenOver(session: Session, verb: string): void {
  if (session.phase === 'running' || session.phase === 'paused') return;
  throw conflict(`the session is ${session.phase} and cannot be ${verb}`, 'SessionOver');
}

/** A session that no payload can carry any more could not go on in a new run. */
function refuseTooMany({ target }: Session, { spec }: SessionInput, more: number): void {
  const problem = more > 0 ? tooManyTrials(spec, target + more) : undefined;
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'TooManyTrials');
}

function conflict(message: string, type: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
