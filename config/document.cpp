#include "config/document.h"

#include <yaml-cpp/eventhandler.h>

#include <optional>
#include <sstream>

namespace usaged {
namespace {

/// Notes where the last document began.
class DocumentStart : public YAML::EventHandler {
public:
    YAML::Mark mark;

    void OnDocumentStart(YAML::Mark const& start) override { mark = start; }
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const&, YAML::anchor_t) override {}
    void OnAlias(YAML::Mark const&, YAML::anchor_t) override {}
    void OnScalar(YAML::Mark const&, std::string const&, YAML::anchor_t, std::string const&) override {}
    void OnSequenceStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

/// Where a second document begins. Not YAML::LoadAll: yaml-cpp 0.7 takes a stray comma for the beginning of another
/// document for ever.
std::optional<YAML::Mark> second_document(std::string const& text)
{
    std::istringstream stream{text};
    YAML::Parser parser{stream};
    DocumentStart start;
    if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return std::nullopt;
    return start.mark;
}

} // namespace

YAML::Node parse_document(std::string const& text, Complaints& complaints)
{
    try {
        YAML::Node const document = YAML::Load(text);
        if (auto const mark = second_document(text)) {
            complaints.add(*mark, {}, "the document ends before this, and there must be one only");
        } else if (document.IsNull()) {
            complaints.add({}, {}, "the file holds no settings");
        } else if (!document.IsMap()) {
            complaints.add(document.Mark(), {}, "must be a mapping of keys to values");
        } else {
            return document;
        }
    } catch (YAML::Exception const& exception) {
        // What follows the colon quotes the file, maybe a secret.
        complaints.add(exception.mark, {}, "malformed YAML: " + exception.msg.substr(0, exception.msg.find(':')));
    }
    return YAML::Node{YAML::NodeType::Undefined};
}

} // namespace usaged
