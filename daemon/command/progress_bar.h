#pragma once

#include "daemon/dataset/progress.h"
#include "daemon/log/log.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace usaged {

/// One line of progress as it stands `elapsed` after the work began, at most `width` columns of ASCII: title, bar,
/// numbers, rate and remaining time; what does not fit is left out, the bar first. Pure.
std::string progress_line(std::string const& title, Progress const& progress, std::chrono::milliseconds elapsed,
                          std::size_t width);

/// Shows progress on the last line of a terminal, redrawn at most ten times a second. Where standard error is no
/// terminal that can redraw a line (`TERM` is missing or `dumb`), it writes nothing at all.
class ProgressBar {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    explicit ProgressBar(std::string title, int descriptor = 2, Now now = std::chrono::steady_clock::now);

    /// The same, out of the way of the log, which it borrows: cleared before each line, and never shown when the log
    /// has so many that it would be but a flicker (debug, trace).
    ProgressBar(std::string title, Log& log, int descriptor = 2, Now now = std::chrono::steady_clock::now);

    ~ProgressBar(); ///< clears it
    ProgressBar(ProgressBar const&) = delete;
    ProgressBar& operator=(ProgressBar const&) = delete;

    /// Shows what it is called with. Refers to this object.
    ProgressObserver observer();

    /// Begins anew with another piece of work.
    void begin(std::string title);

    /// Takes the bar off the line, so that something else can be written there. It comes back with the next progress.
    void clear();

private:
    void show(Progress const& progress);
    std::size_t columns() const;
    void write(std::string const& text) const;

    std::string title_;
    int descriptor_;
    Now now_;
    Log* log_ = nullptr;
    bool enabled_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point began_;
    std::optional<std::chrono::steady_clock::time_point> last_drawn_; ///< nothing since it began
};

} // namespace usaged
