#include "daemon/fault/retry_after.h"
#include "tests/fuzz/fuzz.h"

namespace usaged::test {
namespace {

constexpr std::chrono::seconds ten_years{10LL * 366 * 86400};
constexpr std::chrono::sys_seconds arrived{std::chrono::sys_days{std::chrono::year{2026} / 7 / 21}};

void require_bounded(std::optional<std::chrono::seconds> wait)
{
    if (wait) require(*wait >= std::chrono::seconds{0} && *wait <= ten_years, "a wait is in [0, ten years]");
}

} // namespace

/// The first line is Retry-After, the second is Date.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const text = text_of(data, size);
    auto const end = std::min(text.find('\n'), text.size());
    auto const retry_after = std::string_view{text}.substr(0, end);
    auto const date = std::string_view{text}.substr(std::min(end + 1, text.size()));
    auto const by_their_clock = parse_retry_after(retry_after, date);
    auto const by_ours = parse_retry_after(retry_after, {}, arrived);
    require_bounded(by_their_clock);
    require_bounded(by_ours);
    if (by_their_clock) require(by_ours.has_value(), "what is readable with a Date is readable without");
    return 0;
}

} // namespace usaged::test
