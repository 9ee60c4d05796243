//! A browser of the machine's own (Chromium and its driver), headless, one per test.

use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use nix::sys::signal::Signal;
use sandbox::process::{Service, which};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::PASSWORD;
use crate::wait::until;

/// A browser window and the driver behind it.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    // Declared after the window: the driver's end is the browser's.
    service: Service,
    profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a window of 1280 × 900; `javascript` may be switched off, as some people do.
    pub async fn open(javascript: bool) -> Self {
        let driver = which("chromedriver").expect("chromedriver: `make outils-test` fetches it");
        let port = sandbox::place::free_port(None).expect("a port");
        let mut command = Command::new(driver);
        command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let service = Service::start("chromedriver", command).expect("chromedriver");
        let profile = tempfile::tempdir().expect("a folder");
        let url = format!("http://127.0.0.1:{port}");
        let driver = until("chromedriver answers", || async {
            WebDriver::new(&url, capabilities(&profile, javascript)).await.ok()
        })
        .await;
        driver.set_window_rect(0, 0, 1280, 900).await.expect("a window");
        Self { driver, service, profile }
    }

    /// Goes to a page.
    pub async fn go(&self, url: &str) {
        self.driver.goto(url).await.expect(url);
    }

    /// Opens the page again.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("it reloads");
    }

    /// Where the window is.
    pub async fn url(&self) -> String {
        self.driver.current_url().await.expect("a page").to_string()
    }

    /// The page's visible text, without its typographic spaces.
    pub async fn text(&self) -> String {
        let body = self.driver.find(By::Tag("body")).await;
        let text = match body {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        text.replace(['\u{202f}', '\u{a0}'], " ")
    }

    /// Waits until the page shows this text, without any reload of ours.
    pub async fn sees(&self, text: &str) {
        until(&format!("the page shows « {text} »"), || async {
            self.text().await.contains(text).then_some(())
        })
        .await;
    }

    /// Fills the field of this name, in the form that has the button `button`.
    pub async fn fill(&self, button: &str, name: &str, text: &str) {
        let field = self.find(&format!("{}//*[@name='{name}']", form_of(button))).await;
        field.clear().await.expect(name);
        field.send_keys(text).await.expect(name);
    }

    /// Chooses a value in the select of this name, in the form that has the button `button`.
    pub async fn choose(&self, button: &str, name: &str, value: &str) {
        let path = format!("{}//select[@name='{name}']/option[@value='{value}']", form_of(button));
        self.find(&path).await.click().await.expect(name);
    }

    /// Presses the visible button of this name.
    pub async fn press(&self, button: &str) {
        self.find(&format!("//button[{}]", named(button))).await.click().await.expect(button);
    }

    /// Follows the visible link of this name.
    pub async fn follow(&self, link: &str) {
        self.find(&format!("//a[{}]", named(link))).await.click().await.expect(link);
    }

    /// An attribute of the first visible element at this path.
    pub async fn attribute(&self, xpath: &str, name: &str) -> String {
        self.find(xpath).await.attr(name).await.ok().flatten().unwrap_or_default()
    }

    /// Waits for the first visible element at this path.
    pub async fn find(&self, xpath: &str) -> WebElement {
        until(&format!("the page has {xpath}"), || self.look(xpath)).await
    }

    /// Waits for an element that comes by itself where scripts run, and by reloading where they do not.
    pub async fn find_or_reload(&self, xpath: &str, javascript: bool) -> WebElement {
        if javascript {
            return self.find(xpath).await;
        }
        until(&format!("the page, reloaded, has {xpath}"), || async {
            let seen = self.look(xpath).await;
            if seen.is_none() {
                self.driver.refresh().await.expect("it reloads");
            }
            seen
        })
        .await
    }

    async fn look(&self, xpath: &str) -> Option<WebElement> {
        for element in self.driver.find_all(By::XPath(xpath)).await.ok()? {
            if element.is_displayed().await.unwrap_or(false) {
                return Some(element);
            }
        }
        None
    }

    /// Signs in, in whatever language the window asks for.
    pub async fn sign_in(&self, base: &str, email: &str) {
        self.forget_cookies().await;
        self.go(&format!("{base}/connexion")).await;
        let fill = format!(
            "document.querySelector('[name=email]').value = {}; \
             document.querySelector('[name=motDePasse]').value = {}; \
             document.querySelector('form').submit()",
            json!(email),
            json!(PASSWORD)
        );
        self.run(&fill).await;
        self.find("//nav[@class='nav']").await;
    }

    /// Presses keys, wherever the window's focus is.
    pub async fn keys(&self, keys: impl AsRef<str>) {
        self.driver.action_chain().send_keys(keys.as_ref()).perform().await.expect("a keyboard");
    }

    /// The names of the cookies that the window holds for this page.
    pub async fn cookies(&self) -> Vec<String> {
        let cookies = self.driver.get_all_cookies().await.expect("cookies");
        cookies.into_iter().map(|cookie| cookie.name).collect()
    }

    /// Runs a script in the page: what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).await.expect(script).json().clone()
    }

    /// A command of the browser's own protocol.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(command, parameters).await.expect(command)
    }

    /// Asks for pages in this language from now on.
    pub async fn accept_language(&self, langue: &str) {
        let agent = self.run("return navigator.userAgent").await;
        let parameters = json!({ "userAgent": agent, "acceptLanguage": langue });
        self.cdp("Network.setUserAgentOverride", parameters).await;
        self.cdp("Emulation.setLocaleOverride", json!({ "locale": langue })).await;
    }

    /// Looks at the page through a window of this width, in the light or in the dark.
    pub async fn look_through(&self, width: u32, dark: bool) {
        let mobile = width < 700;
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": mobile });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if dark { "dark" } else { "light" };
        // Nothing moves while it is looked at.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let media = json!({ "media": "", "features": features });
        self.cdp("Emulation.setEmulatedMedia", media).await;
    }

    /// Looks at the page in the reader's own colours: a dark palette of the system.
    pub async fn force_colors(&self) {
        let features = json!([
            { "name": "forced-colors", "value": "active" }, { "name": "prefers-color-scheme", "value": "dark" },
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "media": "", "features": features })).await;
    }

    /// Looks at the page as it lies on a sheet of A4 within the margins.
    pub async fn look_at_paper(&self) {
        self.look_through(718, false).await;
        self.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    }

    /// Prints the page: a PDF.
    pub async fn print(&self) -> Vec<u8> {
        let answer = self.cdp("Page.printToPDF", json!({ "paperWidth": 8.27, "paperHeight": 11.69 })).await;
        BASE64.decode(answer["data"].as_str().expect("a PDF")).expect("base64")
    }

    /// Signs out of everything.
    pub async fn forget_cookies(&self) {
        self.cdp("Network.clearBrowserCookies", json!({})).await;
    }

    /// The whole page as a PNG, at most 4000 pixels high.
    pub async fn picture(&self) -> Vec<u8> {
        let size = self.run("return [innerWidth, document.documentElement.scrollHeight]").await;
        let height = size[1].as_u64().unwrap_or(900).min(4000);
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": height, "scale": 1 });
        let parameters = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.cdp("Page.captureScreenshot", parameters).await;
        BASE64.decode(answer["data"].as_str().expect("a picture")).expect("base64")
    }

    /// Closes the window.
    pub async fn close(mut self) {
        self.driver.clone().quit().await.expect("it closes");
        self.service.stop(Signal::SIGTERM, std::time::Duration::from_secs(5)).expect("the driver ends");
    }
}

impl Drop for Browser {
    /// A test that failed neither waits for its driver's good-bye nor leaves a browser behind, which is no child
    /// of its driver and is known by its profile.
    fn drop(&mut self) {
        drop(self.service.stop(Signal::SIGKILL, std::time::Duration::from_secs(5)));
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        drop(Command::new("pkill").args(["-KILL", "-f", "--"]).arg(profile).status());
    }
}

/// An `XPath` condition: the element's text, its spaces evened out, begins so.
fn named(text: &str) -> String {
    format!("starts-with(normalize-space(translate(., '\u{202f}\u{a0}', '  ')), '{text}')")
}

fn form_of(button: &str) -> String {
    format!("//form[.//button[{}]]", named(button))
}

fn capabilities(profile: &tempfile::TempDir, javascript: bool) -> thirtyfour::ChromeCapabilities {
    let mut caps = DesiredCapabilities::chrome();
    let folder = format!("--user-data-dir={}", profile.path().display());
    let mut flags = vec![
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--no-first-run",
        folder.as_str(),
    ];
    if nix::unistd::geteuid().is_root() {
        flags.push("--no-sandbox");
    }
    for flag in flags {
        caps.add_arg(flag).expect("a flag");
    }
    let mut prefs = serde_json::json!({ "intl.accept_languages": "fr" });
    if !javascript {
        prefs["profile.managed_default_content_settings.javascript"] = 2.into();
    }
    caps.add_experimental_option("prefs", prefs).expect("preferences");
    caps
}
