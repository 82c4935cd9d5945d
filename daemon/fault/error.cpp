#include "daemon/fault/error.h"

#include <array>

namespace usaged {

namespace {

struct CategoryFacts {
    std::string_view name;
    int exit_status; // of sysexits.h
};

CategoryFacts facts(ErrorCategory category)
{
    switch (category) {
    case ErrorCategory::network:
        return {"network", 69};
    case ErrorCategory::http:
        return {"http", 69};
    case ErrorCategory::throttled:
        return {"throttled", 75};
    case ErrorCategory::tls:
        return {"tls", 76};
    case ErrorCategory::protocol:
        return {"protocol", 76};
    case ErrorCategory::data:
        return {"data", 65};
    case ErrorCategory::auth:
        return {"auth", 77};
    case ErrorCategory::storage:
        return {"storage", 74};
    case ErrorCategory::locked:
        return {"locked", 75};
    case ErrorCategory::config:
        return {"config", 78};
    }
    return {"internal", 70};
}

} // namespace

std::string_view to_string(ErrorCategory category)
{
    return facts(category).name;
}

int exit_status(ErrorCategory category)
{
    return facts(category).exit_status;
}

Error& Error::retryable(bool value)
{
    retryable_ = value;
    return *this;
}

Error& Error::http_status(int value)
{
    http_status_ = value;
    return *this;
}

Error& Error::api_code(std::string value)
{
    api_code_ = std::move(value);
    return *this;
}

Error& Error::retry_after(std::optional<std::chrono::seconds> value)
{
    retry_after_ = value;
    return *this;
}

Error& Error::wants_new_token(bool value)
{
    wants_new_token_ = value;
    return *this;
}

Error& Error::about_customer(bool value)
{
    about_customer_ = value;
    return *this;
}

Error& Error::endpoint(std::string value)
{
    endpoint_ = std::move(value);
    return *this;
}

Error& Error::attempt(int value)
{
    attempt_ = value;
    return *this;
}

Error& Error::ids(CallIds value)
{
    ids_ = std::move(value);
    return *this;
}

Error& Error::poll(std::int64_t value)
{
    poll_ = value;
    return *this;
}

Error& Error::claims(std::string value)
{
    claims_ = std::move(value);
    return *this;
}

Error& Error::place(std::string_view where)
{
    std::runtime_error::operator=(std::runtime_error{std::string{where} + what()});
    return *this;
}

} // namespace usaged
