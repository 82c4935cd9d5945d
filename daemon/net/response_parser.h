#pragma once

#include "daemon/fault/error.h"
#include "daemon/net/http.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace usaged {

/// Reads one HTTP/1.0 or 1.1 response to a GET, POST or CONNECT out of the bytes of a connection, and does no I/O.
/// Interim (1xx) responses, at most 10, are skipped; a body that is compressed with gzip is decompressed as it comes.
/// Bounds: 64 KiB and 200 fields for the head and the trailer of a response, 64 KiB for a line between chunks,
/// `max_body` bytes for the body, as it arrives and decompressed. Wipes what it holds when it goes. (RFC 9112)
class ResponseParser {
public:
    /// `peer` names the server in errors. `asked_max`: the request's own bound of the body, if it is less; 0: none.
    ResponseParser(std::string peer, std::uint64_t max_body, std::uint64_t asked_max = 0);

    struct ToConnect {};
    static constexpr ToConnect to_connect{};
    /// For the response to a CONNECT: it ends with its head. (RFC 9112, section 6.3)
    ResponseParser(std::string peer, ToConnect);

    ResponseParser(ResponseParser const&) = delete;
    ResponseParser& operator=(ResponseParser const&) = delete;
    ~ResponseParser();

    /// Takes the next bytes that arrived. Throws Error with ErrorCategory::protocol if they are not part of a valid
    /// response within the bounds, or if its body is damaged gzip or in an encoding that was not asked for; the
    /// connection is then of no further use.
    void put(std::string_view bytes);

    /// The server ended the connection in due form, which may be the end of the body. Throws Error with
    /// ErrorCategory::network if the response is not complete even so, and as put() if its gzip is not.
    void put_end();

    /// Whether a byte has arrived.
    bool started() const;
    bool complete() const;

    /// Whether a complete response leaves the connection fit for another request.
    bool keeps_connection() const;

    /// Whether something follows a complete response.
    bool surplus() const;

    /// The response, once it is complete.
    HttpResponse take();

    /// The error for an answer that is not valid for `reason`.
    Error invalid(std::string const& reason) const;

private:
    class Message;

    std::size_t consume();
    bool interim() const;
    std::size_t least_input() const;
    void next_message();
    std::unique_ptr<Message> make_message() const;

    std::string peer_;
    bool asked_; ///< max_body_ is the request's
    std::uint64_t max_body_;
    bool has_body_ = true; ///< it is not a response to CONNECT
    std::unique_ptr<Message> message_;
    std::string pending_;
    int interim_responses_ = 0;
    bool started_ = false;
};

} // namespace usaged
