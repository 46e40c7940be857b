import { iterationRanges, shortParams, shortValue } from '../../workflows/details.ts';
import type { ListedTrial, SessionStatus } from '../../workflows/messages.ts';
import type { SessionEvent } from '../follow.ts';
import type { Output } from './output.ts';

/** A session's progress on stderr: a line per finished trial and when it is paused, and on a terminal a live line that says what runs. */
export function showProgress(output: Output): (event: SessionEvent) => void {
  let phase: SessionStatus['status'] = 'running';
  return (event) => {
    if (event.kind === 'trial') {
      output.log('RESULT', trialLine(event.trial), trialFields(event.trial));
      return;
    }
    const { status } = event;
    if (status.status === 'paused' && phase !== 'paused') {
      output.note(pausedNote(status.session_id));
    }
    phase = status.status;
    output.live(statusLine(status));
  };
}

export function pausedNote(sessionId: string): string {
  return `session ${sessionId} is paused; \`arbtune unpause ${sessionId}\` has it go on`;
}

/** `!`, as in the ranking, where the trial violates a constraint: its objective then is not to be compared. */
export function trialLine(trial: ListedTrial): string {
  const { violation = 0 } = trial;
  const found =
    trial.status !== 'completed' || trial.objective === null
      ? trial.status
      : `${violation > 0 ? '! ' : ''}objective ${shortValue(trial.objective)}`;
  const by = trial.worker_id ? ` · ${trial.worker_id}` : '';
  return `trial ${trial.iteration} · ${found} · ${shortParams(trial.params)}${by}`;
}

function trialFields(trial: ListedTrial): Record<string, unknown> {
  const { iteration, status, params, objective, violation, worker_id, reason } = trial;
  return { iteration, status, params, objective, violation, worker_id, reason };
}

/** What is finished, running and best: never a guess at what is to come. */
export function statusLine(status: SessionStatus): string {
  const running = status.running.flatMap(({ iterations }) => iterations);
  return [
    `${status.status} ${status.completed + status.pruned + status.failed}/${status.iterations}`,
    ...(status.pruned > 0 ? [`${status.pruned} pruned`] : []),
    ...(status.failed > 0 ? [`${status.failed} failed`] : []),
    running.length > 0 ? `running ${iterationRanges(running)}` : 'nothing running',
    ...(status.best ? [`best ${shortValue(status.best.objective)} (trial ${status.best.iteration})`] : []),
  ].join(' · ');
}
