"""A real browser for the tests of the page; they are skipped where there is none."""

import inspect
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT = 20_000.0  # milliseconds
SIZE: ViewportSize = {"width": 1280, "height": 760}


@pytest.fixture(scope="session")
def browser_thread() -> Iterator[ThreadPoolExecutor]:
    """Playwright's blocking interface has a running event loop, in whose thread no test of asyncio could run."""
    with ThreadPoolExecutor(1, "browser") as executor:
        yield executor


@pytest.fixture(scope="session")
def browser(browser_thread: ThreadPoolExecutor) -> Iterator[Browser]:
    """A Chromium that all tests share."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    playwright = browser_thread.submit(lambda: sync_playwright().start()).result()
    started = browser_thread.submit(playwright.chromium.launch, executable_path=program, args=[*ARGUMENTS]).result()
    yield started
    browser_thread.submit(started.close).result()
    browser_thread.submit(playwright.stop).result()


def is_complaint(said: ConsoleMessage) -> bool:
    """Whether the console has an error; that a request was refused is no error of the page."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What pages have complained about: errors of scripts, refused content, dialogs."""
    return []


@pytest.fixture(scope="module")
def opener(
    browser: Browser, browser_thread: ThreadPoolExecutor, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """`opener(url)` shows it in a new tab; a state (colours, key) that is stated makes a browser of its own."""
    contexts: dict[str, BrowserContext] = {}

    def opened(url: str, *, ready: str = "body[data-ready]", **options: Any) -> Page:
        context = contexts.get(repr(options))
        if context is None:
            permissions = ["clipboard-read", "clipboard-write"]
            context = contexts[repr(options)] = browser.new_context(viewport=SIZE, permissions=permissions, **options)
            context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.goto(url)
        page.wait_for_selector(ready)
        return page

    yield opened
    for context in contexts.values():
        browser_thread.submit(context.close).result()


@pytest.fixture
def open_page(opener: Callable[..., Page], complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """`open_page(url)` shows it in a new tab; whatever the page complains about fails the test."""
    complaints.clear()
    yield opener
    assert complaints == []


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`shot(page, name)` keeps a picture in pytest's cache, as `page/NAME.png`; `make pictures` puts some into docs."""
    folder: Path = request.config.cache.mkdir("page") if request.config.cache is not None else Path()

    def taken(page: Page, name: str, *, dark: bool = False) -> None:
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.screenshot(path=folder / f"{name}.png")
        page.emulate_media(color_scheme="light")

    return taken


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run the tests that have a browser in its thread."""
    given: dict[str, Any] = pyfuncitem.funcargs
    if "browser" not in given or inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    executor: ThreadPoolExecutor = given["browser_thread"]
    executor.submit(pyfuncitem.obj, **{name: given[name] for name in names}).result()
    return True
