"""Private set intersection by OpenMined PSI, step by step: the peer of `cargo bench --bench wall`.

    python benches/peers/psi.py [keys]

As many keys on either side, half of them shared, one process, processor time. Its steps are those of
the wall: setup is `outputs`, request is `blind`, response is `evaluate`, intersect is `finalize`. It
proves nothing, and each party has to be believed that it used one key for all rows.
"""

import sys
import time

import private_set_intersection.python as psi

FALSE_POSITIVES = 1e-9


def main(keys: int) -> None:
    ours = [f"input {n:08}" for n in range(keys)]
    theirs = [f"input {n:08}" for n in range(keys // 2, keys // 2 + keys)]
    client, server = psi.client.CreateWithNewKey(True), psi.server.CreateWithNewKey(True)
    spent = {}

    def timed(step, work):
        start = time.process_time()
        done = work()
        spent[step] = time.process_time() - start
        return done

    setup = timed(
        "setup",
        lambda: server.CreateSetupMessage(FALSE_POSITIVES, keys, ours, psi.DataStructure.RAW),
    )
    request = timed("request", lambda: client.CreateRequest(theirs))
    response = timed("response", lambda: server.ProcessRequest(request))
    found = timed("intersect", lambda: client.GetIntersection(setup, response))
    assert len(found) == keys // 2, len(found)
    for step, seconds in spent.items():
        print(f"{step:10} {seconds:8.2f} CPU-s  {keys / seconds:10,.0f} keys a second")
    print(f"{'all':10} {sum(spent.values()):8.2f} CPU-s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 16_384)
