// The binary format's way into the module model and out of it.
#pragma once
#include "syntax/module.h"

namespace wat {

/// Decodes a whole binary module.
///
/// State:  fills the model exactly as the text parser would; nothing is validated yet. Names come
///         from no custom section.
/// Errors: throws Error: Malformed with the reference interpreter's text and the byte's offset
///         (line 0); NotSupported for SIMD. Functions with more than 50,000 locals are refused as
///         in other engines ("too many locals").
Module decode_binary(std::string_view bytes);

/// The binary module of a model that the parser or the decoder made. Names and places are left out.
std::string encode_binary(const Module &m);

} // namespace wat
