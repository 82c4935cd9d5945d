#include "daemon/fault/classify.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <array>

namespace usaged::test {
namespace {

constexpr std::chrono::seconds ten_years{10LL * 366 * 86400};

bool is_code(std::string_view text)
{
    return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
                      c == '.' || c == '-';
           });
}

bool is_bounded(std::string_view text)
{
    return text.size() <= 200 && is_presentable(text);
}

void require_sound(Error const& error, int status)
{
    auto const category = error.category();
    require(category == ErrorCategory::http || category == ErrorCategory::throttled || category == ErrorCategory::auth,
            "a complete answer is a fault of the service, of its patience or of what we are allowed");
    require_proper(error, category);
    require(status == 0 || error.http_status() == status, "the status is kept");
    require(is_code(error.api_code()), "the code is one or empty");
    auto const wait = error.retry_after().value_or(std::chrono::seconds{0});
    require(wait >= std::chrono::seconds{0} && wait <= ten_years, "a wait is between nothing and ten years");
    auto const& ids = error.ids();
    require(is_bounded(ids.trace_id) && is_bounded(ids.correlation_id) && is_bounded(ids.request_id) &&
                is_bounded(ids.timestamp),
            "ids are bounded and presentable");
    require(error.claims().size() <= 65536 && error.claims().find('\0') == std::string::npos, "claims are bounded");
}

/// What a browser brings back: `error` is the first line, `error_description` the rest.
void redirect(std::string_view query)
{
    auto const end = std::min(query.find('\n'), query.size());
    auto const error = classify_redirect_error(query.substr(0, end), query.substr(std::min(end + 1, query.size())));
    require_sound(error, 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static constexpr std::array others{201, 204, 302, 400, 403, 404, 408, 500, 501, 503, 999};
    auto const body = text_of(data, size);
    redirect(body);
    // Not all of them with each body: that would make a run four times slower.
    for (int const status : {200, 401, 429, others[size % others.size()]}) {
        Answer const answer{status, {}, {}, body, {}};
        auto const api = classify_api_answer(answer);
        auto const token = classify_token_answer(answer);
        require((api && token) || status == 200, "every answer but a 200 is an error");
        if (api) require_sound(*api, status);
        if (token) require_sound(*token, status);
        if (status == 401) require(!api->retryable(), "a refusal is not simply repeated");
        if (status == 429) require(api->category() == ErrorCategory::throttled, "429 is throttling whatever the body");
    }
    return 0;
}

} // namespace usaged::test
