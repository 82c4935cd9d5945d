#include "daemon/command/progress_bar.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace usaged {

namespace {

using namespace std::chrono_literals;

constexpr auto shortest_interval = 100ms;
constexpr std::size_t usual_columns = 80;
constexpr std::size_t least_bar = 8;
constexpr std::size_t most_bar = 40;

bool can_redraw(int descriptor)
{
    char const* const terminal = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && terminal != nullptr && std::string_view{terminal} != "dumb";
}

/// Hours only where there are some: `0:07`, `12:34`, `1:02:03`.
std::string clock_text(std::int64_t seconds)
{
    auto const two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    auto const below_hour = two(seconds % 60);
    auto const minutes = seconds / 60;
    if (minutes < 60) return std::to_string(minutes) + ":" + below_hour;
    return std::to_string(minutes / 60) + ":" + two(minutes % 60) + ":" + below_hour;
}

/// What is known of how fast it goes; empty in the first moment.
std::string pace_text(Progress const& progress, std::chrono::milliseconds elapsed)
{
    if (elapsed < shortest_interval || progress.done <= 0) return {};
    auto const seconds = std::chrono::duration<double>(elapsed).count();
    auto const rate = static_cast<double>(progress.done) / seconds;
    auto const tenths = static_cast<std::int64_t>(rate * 10);
    auto text = "  " + std::to_string(tenths / 10) + (rate < 10 ? "." + std::to_string(tenths % 10) : "") + "/s";
    if (!progress.total || *progress.total <= progress.done) return text;
    auto const left = static_cast<double>(*progress.total - progress.done) / rate;
    if (left < 360'000) text += "  " + clock_text(static_cast<std::int64_t>(left)) + " left";
    return text;
}

double share(Progress const& progress)
{
    if (!progress.total || *progress.total <= 0) return 0;
    return std::clamp(static_cast<double>(progress.done) / static_cast<double>(*progress.total), 0.0, 1.0);
}

std::string bar_text(double filled, std::size_t width)
{
    auto const inside = width - 2;
    auto const done = static_cast<std::size_t>(filled * static_cast<double>(inside));
    return "[" + std::string(done, '#') + std::string(inside - done, '-') + "]";
}

} // namespace

std::string progress_line(std::string const& title, Progress const& progress, std::chrono::milliseconds elapsed,
                          std::size_t width)
{
    auto numbers = " " + std::to_string(progress.done);
    if (progress.total) numbers += "/" + std::to_string(*progress.total);
    numbers.append(" ").append(progress.unit);
    if (progress.total) numbers += "  " + std::to_string(static_cast<int>(share(progress) * 100)) + "%";
    numbers += pace_text(progress, elapsed);

    auto line = title;
    auto const used = title.size() + 1 + numbers.size();
    if (progress.total && used + least_bar <= width)
        line += " " + bar_text(share(progress), std::min(width - used, most_bar));
    return (line + numbers).substr(0, width);
}

ProgressBar::ProgressBar(std::string title, int descriptor, Now now)
    : title_{std::move(title)},
      descriptor_{descriptor}, now_{std::move(now)}, enabled_{can_redraw(descriptor)}, began_{now_()}
{
}

ProgressBar::ProgressBar(std::string title, Log& log, int descriptor, Now now)
    : ProgressBar{std::move(title), descriptor, std::move(now)}
{
    enabled_ = enabled_ && log.level() >= LogLevel::info;
    if (!enabled_) return;
    log_ = &log;
    log.before_write([this] { clear(); });
}

ProgressBar::~ProgressBar()
{
    clear();
    if (log_ != nullptr) log_->before_write({});
}

ProgressObserver ProgressBar::observer()
{
    return [this](Progress const& progress) {
        if (enabled_) show(progress);
    };
}

void ProgressBar::begin(std::string title)
{
    clear();
    title_ = std::move(title);
    began_ = now_();
    last_drawn_.reset();
}

void ProgressBar::clear()
{
    if (drawn_) write("\r\x1b[K");
    drawn_ = false;
}

void ProgressBar::show(Progress const& progress)
{
    auto const now = now_();
    if (last_drawn_ && now - *last_drawn_ < shortest_interval) return;
    last_drawn_ = now;
    auto const elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
    // One column stays free: in the last one some terminals begin the next line.
    write("\r" + progress_line(title_, progress, elapsed, columns() - 1) + "\x1b[K");
    drawn_ = true;
}

std::size_t ProgressBar::columns() const
{
    winsize size{};
    bool const known = ::ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_columns;
}

void ProgressBar::write(std::string const& text) const
{
    std::string_view rest{text};
    while (!rest.empty()) {
        auto const written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return; // the terminal has gone
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace usaged
