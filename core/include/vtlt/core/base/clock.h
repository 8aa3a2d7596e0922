// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

namespace vtlt {

/// The one source of "now". Injected everywhere; safe to call from any thread.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    /// Today in Vietnam.
    Date today() const { return day_in_vietnam(now()); }
};

class SystemClock final : public Clock
{
public:
    Instant now() const override;
};

/// Stands still at the given instant: `--now` and tests.
class FixedClock final : public Clock
{
public:
    explicit FixedClock(Instant instant) : instant_(instant) {}
    Instant now() const override { return instant_; }
    void set(Instant instant) { instant_ = instant; }

private:
    Instant instant_;
};

} // namespace vtlt
