#include "daemon/net/response_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <functional>

namespace usaged {
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace {

constexpr std::size_t max_head = 64u << 10;
constexpr std::size_t max_fields = 200;
constexpr int max_interim_responses = 10;
constexpr std::size_t spare_capacity = 64;
// A Content-Length is believed this far before the body is there.
constexpr std::uint64_t max_reserve = 4u << 20;

// Beast says nothing before it has 8 bytes, and a short greeting of another protocol is not an answer that broke off.
bool begins_like_http(std::string_view bytes)
{
    constexpr std::string_view start = "HTTP/1.";
    auto const length = std::min(bytes.size(), start.size());
    return bytes.substr(0, length) == start.substr(0, length);
}

/// Clears `text` and overwrites all memory that it has, what it held before included.
void wipe(std::string& text)
{
    text.resize(text.capacity());
    ::OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

/// Like reserve(), but leaves no copy behind: answers hold tokens.
void reserve_wiping(std::string& text, std::size_t capacity)
{
    if (capacity <= text.capacity()) return;
    std::string larger;
    larger.reserve(capacity);
    larger.append(text);
    text.swap(larger);
    wipe(larger);
}

void append_wiping(std::string& text, std::string_view bytes)
{
    auto const size = text.size() + bytes.size();
    if (size > text.capacity()) reserve_wiping(text, std::max(size, 2 * text.capacity()));
    text.append(bytes);
}

} // namespace

/// One message, interim or final. Beast finds the parts, the bounds are kept here: Beast's limit of the head starts
/// anew with every piece that arrives.
class ResponseParser::Message : public http::basic_parser<false> {
public:
    Message(std::uint64_t max_body, bool asked) : max_body_{max_body}, asked_{asked}
    {
        eager(true);
        header_limit(static_cast<std::uint32_t>(max_head));
        body_limit(max_body);
    }
    Message(Message const&) = delete;
    Message& operator=(Message const&) = delete;
    ~Message() override { wipe(response.body); }

    /// Like basic_parser::put(), but throws the reason as text for anything but a lack of further bytes.
    std::size_t parse(std::string_view input)
    {
        input_ = input;
        beast::error_code error;
        auto const used = put(boost::asio::buffer(input.data(), input.size()), error);
        if (error && error != http::error::need_more) throw Refusal{refusal_.empty() ? reason(error) : refusal_};
        return used;
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
            if (beast::iequals(header.name, "Content-Encoding") && !beast::iequals(header.value, "identity"))
                refuse("the body is in a Content-Encoding that was not asked for", error);
            if (beast::iequals(header.name, "Transfer-Encoding") && !beast::iequals(header.value, "chunked"))
                refuse("the Transfer-Encoding is not chunked", error);
        }
        if (response.status == 101) refuse("a change of protocol that was not asked for", error);
    }

    void on_body_init_impl(boost::optional<std::uint64_t> const& length, beast::error_code&) override
    {
        if (length) response.body.reserve(static_cast<std::size_t>(std::min(*length, max_reserve)) + spare_capacity);
    }

    std::size_t on_body_impl(beast::string_view bytes, beast::error_code&) override
    {
        append_wiping(response.body, {bytes.data(), bytes.size()});
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, beast::error_code& error) override
    {
        return on_body_impl(bytes, error);
    }

    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
    void on_finish_impl(beast::error_code&) override {}

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
    std::string_view input_;
    std::string refusal_;
    std::size_t head_bytes_ = 0;
    std::size_t fields_ = 0;
    bool in_body_ = false;
};

ResponseParser::ResponseParser(std::string peer, std::uint64_t max_body, std::uint64_t asked_max)
    : peer_{std::move(peer)}, asked_{asked_max != 0 && asked_max < max_body}, max_body_{asked_ ? asked_max : max_body},
      message_{std::make_unique<Message>(max_body_, asked_)}
{
}

ResponseParser::~ResponseParser()
{
    wipe(pending_);
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
    beast::error_code error = http::error::partial_message;
    if (message_->got_some()) message_->put_eof(error);
    if (error || !complete())
        throw Error{ErrorCategory::network, peer_ + " closed the connection " +
                                                (started_ ? "in the middle of its answer" : "without an answer")};
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
    message_ = std::make_unique<Message>(max_body_, asked_);
}

Error ResponseParser::invalid(std::string const& reason) const
{
    return Error{ErrorCategory::protocol, "the answer of " + peer_ + " was refused: " + reason,
                 "if the address is right, something between here and the server may be changing its answers"};
}

} // namespace usaged
