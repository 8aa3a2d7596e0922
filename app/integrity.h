// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/core/jobs/runner.h>
#include <vtlt/core/store/object_store.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vtlt::app {

/// One thing that is not as promised (product.md §2.4); `hint` is a key of locale context "integrity".
struct IntegrityProblem
{
    std::string kind; ///< changed missing untracked reappeared catalog index audit export job
    std::string path;
    std::string id;
    std::string expected;
    std::string found;
    std::string hint;
};

struct IntegrityReport
{
    std::uint64_t objects = 0;
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    std::vector<IntegrityProblem> problems;
    bool interrupted = false;
};

/// Writable when it can be, so that start-up recovery and the index have caught up first; else for reading: beside a
/// writer, on a disk mounted read-only, over a damaged history.
OpenHouse open_for_check(const Context& context);

/// The report as a job keeps it: `hint` is the key of its text, and of very many problems the first are enough.
Json to_result(const IntegrityReport& report);
/// The work of a job `verify` of a server that goes on serving beside it: what is just being written is nobody's fault.
/// Request: {"sample":N}, 0 for all.
jobs::Work verify_work(OpenHouse house);

/// The invariants that exist so far: I2 I3 (store against catalogue), I4 (catalogue), I6 (audit tree), I7 (index), I9
/// (exports), I10 (jobs).
/// Damage that ends one check is a problem of its kind; the other checks go on. `alone`: nobody writes meanwhile.
IntegrityReport check_integrity(const OpenHouse& house, const store::FixityOptions& fixity, bool alone);
/// The same of a home whose catalogue may not even open. Whoever gets the archive's lock leaves a job `verify` with the
/// result; a reader leaves nothing.
IntegrityReport check_home(const Context& context, const store::FixityOptions& fixity);

} // namespace vtlt::app
