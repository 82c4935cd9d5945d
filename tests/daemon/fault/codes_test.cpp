#include "daemon/fault/api_codes.h"
#include "daemon/fault/entra_codes.h"
#include "daemon/fault/http_statuses.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace usaged::test {
namespace {

void check_words(std::string_view cause, std::string_view remedy)
{
    CAPTURE(cause);
    CAPTURE(remedy);
    CHECK_FALSE(cause.empty());
    CHECK_FALSE(cause.ends_with('.'));
    CHECK(remedy.ends_with('.'));
}

template <typename Rows>
void check_errors(Rows rows)
{
    std::set<std::string_view> seen;
    for (auto const& row : rows) {
        CAPTURE(row.error);
        CHECK(seen.insert(row.error).second);
        check_words(row.meaning.cause, row.meaning.remedy);
    }
}

} // namespace

TEST_CASE("of what passes the remedy is right for commands that have ended too")
{
    std::set<std::string_view> remedies;
    for (auto const& row : api_codes())
        if (row.meaning.reaction == Reaction::retry) remedies.insert(row.meaning.remedy);
    for (auto const& row : entra_codes())
        if (row.meaning.reaction == Reaction::retry) remedies.insert(row.meaning.remedy);
    for (auto const& row : entra_errors())
        if (row.meaning.reaction == Reaction::retry) remedies.insert(row.meaning.remedy);
    for (int const status : {408, 500, 503}) remedies.insert(find_http_status(status).remedy);
    CHECK(remedies.size() == 4);
    for (auto const remedy : remedies) {
        CAPTURE(remedy);
        CHECK(remedy.find("`usaged run` tries again by itself; otherwise repeat the command.") != remedy.npos);
    }
}

TEST_CASE("each code of Partner Center stands in the table once, with cause and remedy")
{
    std::set<std::string_view> seen;
    for (auto const& row : api_codes()) {
        CAPTURE(row.code);
        CHECK(seen.insert(row.code).second);
        check_words(row.meaning.cause, row.meaning.remedy);
    }
    for (std::string_view const code : {"400",    "800001", "900420", "900421", "2032",   "20002",  "800039", "900149",
                                        "900150", "900308", "900309", "900329", "90000",  "900124", "1000",   "60003",
                                        "2000",   "3000",   "400056", "800002", "900118", "800003", "0"}) {
        CAPTURE(code);
        CHECK(seen.contains(code));
    }
}

TEST_CASE("a code of Partner Center does not contradict the status that it is documented with")
{
    for (auto const& row : api_codes()) {
        CAPTURE(row.code);
        auto const usual = find_http_status(row.status).reaction;
        auto const reaction = row.meaning.reaction;
        CHECK((reaction == usual || reaction == Reaction::refuse || reaction == Reaction::skip));
    }
}

TEST_CASE("a code of Partner Center is found with every status of its kind, and with no other")
{
    CHECK(find_api_code(403, "900421") == find_api_code(401, "900421"));
    CHECK(find_api_code(404, "3000") == find_api_code(400, "3000"));
    CHECK(find_api_code(503, "800003") == find_api_code(500, "800003"));
    for (int const status : {200, 302, 400, 404, 429, 500}) CHECK(find_api_code(status, "900421") == nullptr);
    CHECK(find_api_code(401, "2000") == nullptr);
    CHECK(find_api_code(400, "4711") == nullptr);
    CHECK(find_api_code(400, "") == nullptr);
}

TEST_CASE("each number of Entra ID stands in the table once, with cause and remedy")
{
    std::set<int> seen;
    for (auto const& row : entra_codes()) {
        CAPTURE(row.numbers[0]);
        CHECK(row.numbers[0] > 0);
        check_words(row.meaning.cause, row.meaning.remedy);
        for (int const number : row.numbers) {
            CAPTURE(number);
            if (number != 0) CHECK(seen.insert(number).second);
        }
    }
}

TEST_CASE("every number that is documented for the token endpoint is known")
{
    for (int const number :
         {50196,  50033,   50087,   50088,   90006,   90012,  90024,  90033,  90055,  90090,  70000,  70008,
          700082, 70043,   50173,   50132,   50133,   50089,  700084, 700005, 54005,  501481, 50076,  50074,
          50072,  50079,   50078,   53000,   53001,   53002,  53003,  530032, 530035, 53004,  53011,  50131,
          50005,  50097,   50158,   65001,   65004,   90094,  90008,  650056, 50034,  50014,  51004,  50020,
          50057,  50055,   50053,   50126,   50144,   50105,  700027, 50012,  50013,  700030, 700016, 700011,
          70001,  7000112, 90002,   90019,   50059,   50128,  500011, 50001,  650057, 650052, 70011,  28002,
          901002, 900144,  9002313, 90014,   9001023, 50194,  90038,  90043,  90051,  900382, 900432, 900439,
          90099,  700024,  7000215, 7000222, 7000218, 700025, 70016,  70017,  70018,  70019,  70020}) {
        CAPTURE(number);
        auto const match = find_entra_code({1, number});
        CHECK(match.number == number);
        CHECK(match.meaning != nullptr);
    }
}

TEST_CASE("of several numbers the most telling one is taken, wherever it stands")
{
    CHECK(find_entra_code({70002, 70008}).number == 70008);
    CHECK(find_entra_code({70008, 70002}).number == 70008);
    CHECK(find_entra_code({70008, 90033}).number == 90033);
    CHECK(find_entra_code({90033, 50196, 53003}).number == 50196);
    CHECK(find_entra_code({4711, 4712}).number == 4711);
    CHECK(find_entra_code({4711}).meaning == nullptr);
    CHECK(find_entra_code({}).number == 0);
}

TEST_CASE("each error and suberror of Entra ID stands in its table once, with cause and remedy")
{
    check_errors(entra_errors());
    check_errors(entra_suberrors());
    CHECK(find_entra_error("invalid_grant") != nullptr);
    CHECK(find_entra_error("bad_token") == nullptr);
    CHECK(find_entra_suberror("bad_token") != nullptr);
    CHECK(find_entra_suberror("") == nullptr);
}

TEST_CASE("every status is in the table, with cause and remedy")
{
    for (int status = -1; status < 1100; ++status) {
        CAPTURE(status);
        auto const& row = find_http_status(status);
        CHECK((row.first <= status && status <= row.last));
    }
    for (auto const& row : http_statuses()) check_words(row.cause, row.remedy);
}

} // namespace usaged::test
