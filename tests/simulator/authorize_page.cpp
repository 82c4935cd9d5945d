#include "tests/simulator/authorize_page.h"

namespace usaged::test {
namespace {

std::string escaped(std::string const& text)
{
    std::string html;
    for (auto const c : text) {
        switch (c) {
        case '&':
            html += "&amp;";
            break;
        case '<':
            html += "&lt;";
            break;
        case '"':
            html += "&quot;";
            break;
        default:
            html += c;
        }
    }
    return html;
}

std::string page(std::string const& body)
{
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<title>Sign in to your simulated account</title></head>\n<body>" +
           body + "</body></html>\n";
}

} // namespace

std::vector<Header> page_headers()
{
    return {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store, no-cache"}};
}

std::string sign_in_page(std::string const& target, bool by_itself)
{
    return page("<h1>Pick an account</h1><form method=\"post\" action=\"" + escaped(target) +
                "\"><button>Sign in</button></form>" +
                (by_itself ? "<script>document.forms[0].submit();</script>" : ""));
}

std::string trouble_page(Refusal const& refusal)
{
    return page("<h1>Sorry, but we're having trouble signing you in.</h1><p>" + escaped(headline(refusal)) + "</p>");
}

} // namespace usaged::test
