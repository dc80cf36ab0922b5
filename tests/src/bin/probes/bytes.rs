//! Requests that are no text. Hosts take text, so these go to the artifact's own functions,
//! linked into this process.

use expr_tests::json::Json;
use expr_wasm::handle::Kept;
use expr_wasm::wire;

/// A request of bytes.
pub(crate) struct Broken {
    pub(crate) name: &'static str,
    /// What stands between the quotes.
    text: &'static [u8],
    /// Whether it is a source; else it is a context.
    is_source: bool,
}

pub(crate) const BROKEN: [Broken; 2] = [
    Broken { name: "invalid UTF-8 as source", text: b"'\xC3('", is_source: true },
    Broken { name: "invalid UTF-8 as context", text: b"\xF0\x9F\x98", is_source: false },
];

impl Broken {
    /// The result document.
    pub(crate) fn ask(&self) -> Result<Json, String> {
        let (mut kept, mut out) = (Kept::default(), Vec::new());
        if self.is_source {
            wire::compile(&mut kept, &self.request("source"), &mut out);
        } else {
            // The handle is looked for first, so that there must be a program.
            let program = br#"{"v":1,"source":"$","profile":"jsonata"}"#;
            wire::compile(&mut kept, program, &mut out);
            let handle =
                Json::parse(&utf8(&out)?)?.get("handle").and_then(Json::to_number);
            let handle = handle.map(|handle| handle.to_string().parse::<u32>());
            let handle = handle.and_then(Result::ok).ok_or("no program")?;
            out.clear();
            wire::evaluate(&mut kept, handle, &mut self.request("context"), &mut out);
        }
        Json::parse(&utf8(&out)?)
    }

    fn request(&self, member: &str) -> Vec<u8> {
        [b"{\"v\":1,\"", member.as_bytes(), b"\":\"", self.text, b"\"}"].concat()
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}
