//! What a call of the crate is given.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::Js;
use crate::core::{config::Config, error::Error, json::Json};

/// The options that count for a call, and what a page has at hand for it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    options: Js,
    page: Js,
}

impl Given {
    /// `options` is one object, or a list of those that count, the client's first: what [`Config::read`] takes, with a `signal`, a `wallet`, a
    /// `storage`, a `confirm` and an `onEvent`. `page` has what only the facade has at hand.
    pub(crate) const fn new(options: JsValue, page: JsValue) -> Self {
        Self { options: Js(options), page: Js(page) }
    }

    /// The options that the core decides by.
    pub(crate) fn config(&self) -> Result<Config, Error> {
        Config::read(&self.options)
    }

    /// An option of a call: the last that was given.
    pub(super) fn option(&self, name: &str) -> Option<Js> {
        self.options_of(name).next_back()
    }

    /// An option that may be named as well, where it was given itself.
    pub(super) fn object(&self, name: &str) -> Option<Js> {
        self.options_of(name).rfind(Json::is_object)
    }

    fn options_of(&self, name: &str) -> impl DoubleEndedIterator<Item = Js> {
        let layers = self.options.items().unwrap_or_else(|| vec![self.options.clone()]);
        layers.into_iter().filter_map(move |layer| layer.get(name))
    }

    /// A function among the options.
    pub(super) fn callback(&self, name: &str) -> Option<Function> {
        self.option(name)?.0.dyn_into().ok()
    }

    /// Something of the page's.
    pub(crate) fn of_page(&self, name: &str) -> Option<Js> {
        self.page.get(name)
    }

    /// A function of the page's.
    pub(super) fn by_page(&self, name: &str) -> Option<Function> {
        self.of_page(name)?.0.dyn_into().ok()
    }
}
