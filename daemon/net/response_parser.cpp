#include "daemon/net/response_parser.h"

#include "daemon/net/gzip.h"
#include "daemon/net/wiped_text.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <sys/mman.h>

namespace usaged {
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace {

constexpr std::size_t max_head = 64u << 10;
constexpr std::size_t max_fields = 200;
constexpr int max_interim_responses = 10;
constexpr std::size_t spare_capacity = 64;
constexpr char const* damaged_gzip = "the gzip of its body is damaged or cut off";
// A Content-Length is believed this far before the body is there. What is reserved but not used takes no memory.
constexpr std::uint64_t max_reserve = 8u << 20;
constexpr std::uint64_t gzip_ratio = 32; // of rows with ever the same names

// Beast says nothing before it has 8 bytes, and a short greeting of another protocol is not an answer that broke off.
bool begins_like_http(std::string_view bytes)
{
    constexpr std::string_view start = "HTTP/1.";
    auto const length = std::min(bytes.size(), start.size());
    return bytes.substr(0, length) == start.substr(0, length);
}

/// What the kernel gives in pages of 4 KiB, one after the other as they are first written to, takes as long as to fill
/// it. Nothing happens where it has no larger ones.
void prefer_large_pages(std::string& text)
{
    constexpr std::size_t large_page = 2u << 20;
    void* begin = text.data();
    auto room = text.capacity();
    if (std::align(large_page, large_page, begin, room))
        ::madvise(begin, room / large_page * large_page, MADV_HUGEPAGE);
}

} // namespace

/// One message, interim or final. Beast finds the parts, the bounds are kept here: Beast's limit of the head starts
/// anew with every piece that arrives.
class ResponseParser::Message : public http::basic_parser<false> {
public:
    Message(std::uint64_t max_body, bool asked, bool has_body) : max_body_{max_body}, asked_{asked}, has_body_{has_body}
    {
        eager(true);
        skip(!has_body);
        header_limit(static_cast<std::uint32_t>(max_head));
        body_limit(max_body);
    }
    Message(Message const&) = delete;
    Message& operator=(Message const&) = delete;
    ~Message() override { wipe_whole(response.body); }

    /// Like basic_parser::put(), but throws the reason as text for anything but a lack of further bytes.
    std::size_t parse(std::string_view input)
    {
        input_ = input;
        beast::error_code error;
        auto const used = put(boost::asio::buffer(input.data(), input.size()), error);
        if (error && error != http::error::need_more) throw_refusal(error);
        return used;
    }

    /// Like basic_parser::put_eof(): whether the message ends well with the connection. Throws as parse() does.
    bool end()
    {
        if (!got_some()) return false;
        beast::error_code error;
        put_eof(error);
        if (!refusal_.empty()) throw_refusal(error);
        return !error && is_done();
    }

    struct Refusal {
        std::string reason;
    };

    HttpResponse response;

private:
    void on_request_impl(http::verb, beast::string_view, beast::string_view, int, beast::error_code&) override {}

    void on_response_impl(int code, beast::string_view reason, int, beast::error_code& error) override
    {
        response.status = code;
        if (code < 100) refuse("a status below 100", error);
        count_head(reason.size(), error);
    }

    void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                       beast::error_code& error) override
    {
        count_head(name.size() + value.size(), error);
        if (++fields_ > max_fields) refuse("more than 200 header fields", error);
        if (folded(name, value)) refuse("a header field goes on in a second line", error);
        if (!in_body_) response.headers.emplace_back(std::string{name}, std::string{value});
    }

    void on_header_impl(beast::error_code& error) override
    {
        in_body_ = true;
        for (auto const& header : response.headers) {
            if (!has_body_) break;
            if (beast::iequals(header.name, "Content-Encoding")) take_encoding(header.value, error);
            if (beast::iequals(header.name, "Transfer-Encoding") && !beast::iequals(header.value, "chunked"))
                refuse("the Transfer-Encoding is not chunked", error);
        }
        if (response.status == 101) refuse("a change of protocol that was not asked for", error);
    }

    void on_body_init_impl(boost::optional<std::uint64_t> const& length, beast::error_code&) override
    {
        if (!length) return;
        auto const expected = std::min(*length, max_reserve) * (gzip_ ? gzip_ratio : 1);
        response.body.reserve(static_cast<std::size_t>(std::min(expected, max_reserve)) + spare_capacity);
        prefer_large_pages(response.body);
    }

    std::size_t on_body_impl(beast::string_view bytes, beast::error_code& error) override
    {
        std::string_view const piece{bytes.data(), bytes.size()};
        auto const result = gzip_ ? gzip_->put(piece, response.body) : GzipResult::good;
        if (!gzip_) append_wiping(response.body, piece);
        if (result == GzipResult::damaged) refuse(damaged_gzip, error);
        if (result == GzipResult::too_long) error = http::error::body_limit;
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, beast::error_code& error) override
    {
        return on_body_impl(bytes, error);
    }

    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}

    void on_finish_impl(beast::error_code& error) override
    {
        if (gzip_ && !gzip_->complete()) refuse(damaged_gzip, error);
    }

    void take_encoding(std::string_view encoding, beast::error_code& error)
    {
        if (beast::iequals(encoding, "identity")) return;
        auto const known = beast::iequals(encoding, "gzip") || beast::iequals(encoding, "x-gzip");
        if (!known || gzip_) refuse("the body is in a Content-Encoding that was not asked for", error);
        gzip_.emplace(max_body_);
    }

    [[noreturn]] void throw_refusal(beast::error_code const& error) const
    {
        throw Refusal{refusal_.empty() ? reason(error) : refusal_};
    }

    std::string reason(beast::error_code const& error) const
    {
        if (error == http::error::body_limit)
            return "the body is longer than " +
                   (asked_ ? "the " + std::to_string(max_body_) + " bytes of any answer to such a request"
                           : std::string{"http.max_body allows"});
        if (error == http::error::header_limit) return "the head is longer than 64 KiB";
        return "not valid HTTP, " + error.message();
    }

    void refuse(std::string const& reason, beast::error_code& error)
    {
        refusal_ = reason;
        error = http::error::bad_value;
    }

    void count_head(std::size_t bytes, beast::error_code& error)
    {
        head_bytes_ += bytes + 4; // colon, space, CR, LF
        if (head_bytes_ > max_head) refuse("the head is longer than 64 KiB", error);
    }

    // Beast joins the lines of a folded field in a buffer of its own, or skips the break if it precedes the value.
    bool folded(beast::string_view name, beast::string_view value) const
    {
        auto const inside = [&](char const* p) {
            return !std::less<>{}(p, input_.data()) && !std::less<>{}(input_.data() + input_.size(), p);
        };
        auto const* const colon = name.data() + name.size();
        return !inside(value.data()) || std::find(colon, value.data(), '\r') != value.data();
    }

    std::uint64_t max_body_;
    bool asked_; // max_body_ is the request's
    bool has_body_;
    std::optional<GzipDecoder> gzip_;
    std::string_view input_;
    std::string refusal_;
    std::size_t head_bytes_ = 0;
    std::size_t fields_ = 0;
    bool in_body_ = false;
};

ResponseParser::ResponseParser(std::string peer, std::uint64_t max_body, std::uint64_t asked_max)
    : peer_{std::move(peer)}, asked_{asked_max != 0 && asked_max < max_body}, max_body_{asked_ ? asked_max : max_body},
      message_{make_message()}
{
}

ResponseParser::ResponseParser(std::string peer, ToConnect)
    : peer_{std::move(peer)}, asked_{false}, max_body_{0}, has_body_{false}, message_{make_message()}
{
}

ResponseParser::~ResponseParser()
{
    wipe_whole(pending_);
}

void ResponseParser::put(std::string_view bytes)
{
    started_ = started_ || !bytes.empty();
    append_wiping(pending_, bytes);
    try {
        pending_.erase(0, consume());
    } catch (Message::Refusal const& refusal) {
        throw invalid(refusal.reason);
    }
    if (!complete() && pending_.size() > max_head) throw invalid("a line is longer than 64 KiB");
}

void ResponseParser::put_end()
{
    try {
        if (message_->end() && complete()) return;
    } catch (Message::Refusal const& refusal) {
        throw invalid(refusal.reason);
    }
    throw Error{ErrorCategory::network,
                peer_ + " closed the connection " + (started_ ? "in the middle of its answer" : "without an answer")};
}

bool ResponseParser::started() const
{
    return started_;
}
bool ResponseParser::complete() const
{
    return message_->is_done() && !interim();
}
bool ResponseParser::keeps_connection() const
{
    return complete() && message_->keep_alive() && pending_.empty();
}

bool ResponseParser::surplus() const
{
    return complete() && !pending_.empty();
}

HttpResponse ResponseParser::take()
{
    auto response = std::move(message_->response);
    reserve_wiping(response.body, response.body.size() + spare_capacity);
    return response;
}

/// How many of the pending bytes were used up.
std::size_t ResponseParser::consume()
{
    std::size_t used = 0;
    while (!complete()) {
        auto const rest = std::string_view{pending_}.substr(used);
        if (rest.size() < least_input()) break;
        if (message_->response.status == 0 && !begins_like_http(rest)) throw invalid("not HTTP/1.0 or 1.1");
        auto const count = message_->parse(rest);
        used += count;
        if (message_->is_done() && interim())
            next_message();
        else if (count == 0)
            break;
    }
    return used;
}

bool ResponseParser::interim() const
{
    return message_->response.status / 100 == 1;
}

// Beast asserts that the end of a chunked body does not arrive in pieces of less than 5 bytes: "0\r\n\r\n".
std::size_t ResponseParser::least_input() const
{
    return message_->is_header_done() && message_->chunked() ? 5 : 1;
}

void ResponseParser::next_message()
{
    if (++interim_responses_ > max_interim_responses) throw invalid("more than 10 interim responses");
    message_ = make_message();
}

std::unique_ptr<ResponseParser::Message> ResponseParser::make_message() const
{
    return std::make_unique<Message>(max_body_, asked_, has_body_);
}

Error ResponseParser::invalid(std::string const& reason) const
{
    return Error{ErrorCategory::protocol, "the answer of " + peer_ + " was refused: " + reason,
                 "if the address is right, something between here and the server may be changing its answers"};
}

} // namespace usaged
