"""Serves one peer optimizer to the bench over JSON lines: start a session, ask, tell. The bench holds the problems."""

import json
import os
import sys
import time

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # before NumPy loads: CPU times are then of one thread


def make_session(request):
    """Import only the package that is asked for: they do not all fit into one environment."""
    peer, args = request["peer"], (request["space"], request["seed"], request["budget"], request["batch"])
    if peer == "ngopt":
        from nevergrad_peer import NevergradSession

        return NevergradSession(*args)
    if peer == "hebo":
        from hebo_peer import HeboSession

        return HeboSession(*args)
    from optuna_peer import OptunaSession

    return OptunaSession(peer, *args, objectives=request.get("objectives", 1))


def main():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a package prints must not end up among the answers
    session, tokens = None, []
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {}
            if request["op"] == "start":
                session, tokens = make_session(request), []
            elif request["op"] == "ask":
                before = time.process_time()
                params, token = session.ask()
                answer = {"params": params, "cpuMs": (time.process_time() - before) * 1e3}
                tokens.append(token)
            else:
                session.tell(tokens[request["trial"]], request["loss"])
        except Exception as error:  # the bench records which session failed and goes on with the next
            answer = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
