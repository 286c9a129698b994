"""Walks what a page holds, in the order of painting: templates, layers, objects in objects, annotations, seals."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.drawing.ofd.canvas import Canvas
from ingest.drawing.ofd.geometry import IDENTITY, Affine, Area, affine, area, compose, inverse, moved, told
from ingest.drawing.ofd.package import OfdPackage, Resources, Stamp, each, first, local, text_of
from ingest.drawing.ofd.paths import operators
from ingest.drawing.ofd.seals import picture_in
from ingest.drawing.ofd.style import layer_styles, style_of, use
from ingest.drawing.ofd.text import write_text
from ingest.extractors.base import UnreadableFile

MAX_DEPTH = 16
MAX_SEAL_DEPTH = 1      # a seal drawn as OFD carries no seal that would be shown
_LAYERS = {"Background": 0, "Body": 1, "Foreground": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """Where and with what an object is drawn."""

    canvas: Canvas
    package: OfdPackage
    resources: Resources
    onto: Affine
    inherited: tuple[Element, ...] = ()
    depth: int = 0


def page_box(package: OfdPackage, root: Element | None) -> Area:
    return area(text_of(first(root, "Area", "PhysicalBox"))) or package.box


def draw_page(canvas: Canvas, package: OfdPackage, index: int, onto: Affine = IDENTITY, seals: int = MAX_SEAL_DEPTH) -> None:
    """Everything of one page onto a canvas."""
    key, location = package.pages[index]
    member = package.find(package.base, location)
    root = package.xml(member)
    resources = Resources(dict(package.resources.fonts), dict(package.resources.media), dict(package.resources.styles),
                          dict(package.resources.units))
    for extra in each(root, "PageRes"):
        package.load(package.find(member, text_of(extra)), resources)
    place = Place(canvas, package, resources, onto)
    templates = [(one.get("ZOrder") or "Background", package.template(one.get("TemplateID") or "")) for one in each(root, "Template")]
    for order, template in templates:
        if order != "Foreground":
            _layers(place, template)
    _layers(place, root)
    for order, template in templates:
        if order == "Foreground":
            _layers(place, template)
    for appearance in package.annotations(key):
        box = area(appearance.get("Boundary")) or Area(0, 0, 0, 0)
        _objects(Place(canvas, package, resources, compose(onto, moved(box.x, box.y))), appearance)
    if seals:
        for stamp in package.stamps(key):
            _stamp(canvas, package, stamp, onto, seals)


def _layers(place: Place, root: Element | None) -> None:
    layers = sorted(each(first(root, "Content"), "Layer"), key=lambda one: _LAYERS.get(one.get("Type") or "Body", 1))
    for layer in layers:
        inherited = layer_styles(layer, place.resources)
        _objects(Place(place.canvas, place.package, place.resources, place.onto, inherited), layer)


def _objects(place: Place, elements: Iterable[Element]) -> None:
    for element in elements:
        if place.canvas.full:
            return
        name = local(element)
        if name == "PageBlock" and place.depth < MAX_DEPTH:
            _objects(Place(place.canvas, place.package, place.resources, place.onto, place.inherited, place.depth + 1), element)
        elif name in ("TextObject", "PathObject", "ImageObject", "CompositeObject") and element.get("Visible") != "false":
            _object(place, element, name)


def _object(place: Place, element: Element, name: str) -> None:
    """One object in its own space: its box, its transformation, what clips it."""
    box = area(element.get("Boundary")) or Area(0, 0, 0, 0)
    onto = compose(compose(place.onto, moved(box.x, box.y)), affine(element.get("CTM")))
    canvas = place.canvas
    canvas.put("q")
    canvas.matrix(onto)
    _clip(canvas, element)
    if name == "TextObject":
        _text(place, element, onto)
    elif name == "PathObject":
        _path(place, element)
    elif name == "ImageObject":
        _image(place, element)
    else:
        _composite(place, element, onto)
    canvas.put("Q")


def _text(place: Place, element: Element, onto: Affine) -> None:
    style = style_of(element, place.inherited, place.resources)
    fill, stroke = element.get("Fill", "true") != "false", element.get("Stroke") == "true"
    use(place.canvas, style, fill=fill, stroke=stroke, bold=fill and not stroke)
    faces = place.canvas.faces(place.package, place.resources, element.get("Font") or "")
    write_text(place.canvas, element, onto, faces, stroke=stroke, fill=fill)


def _path(place: Place, element: Element) -> None:
    style = style_of(element, place.inherited, place.resources)
    fill, stroke = element.get("Fill") == "true", element.get("Stroke", "true") != "false"
    path = operators(text_of(first(element, "AbbreviatedData")))
    if not path or not (fill or stroke):
        return
    use(place.canvas, style, fill=fill, stroke=stroke)
    odd = "*" if (element.get("Rule") or "") == "Even-Odd" else ""
    place.canvas.put(path, f"B{odd}" if fill and stroke else f"f{odd}" if fill else "S")


def _image(place: Place, element: Element) -> None:
    """A picture fills the unit square of its space; in a PDF it stands on its foot."""
    member = place.resources.media.get(element.get("ResourceID") or "", "")
    name = place.canvas.image(f"{id(place.package)}:{member}", place.package.read(member))
    if name:
        use(place.canvas, style_of(element, (), place.resources), fill=False, stroke=False)
        place.canvas.put("1 0 0 -1 0 1 cm", f"/{name} Do")


def _composite(place: Place, element: Element, onto: Affine) -> None:
    unit = place.resources.units.get(element.get("ResourceID") or "")
    content = first(unit, "Content")
    if content is None or place.depth >= MAX_DEPTH:
        return
    place.canvas.matrix(inverse(onto))    # objects inside say where they stand on the page
    _objects(Place(place.canvas, place.package, place.resources, onto, place.inherited, place.depth + 1), content)


def _clip(canvas: Canvas, element: Element) -> None:
    """All of several clips must hold; of the areas of one, any."""
    for clip in each(first(element, "Clips"), "Clip"):
        paths = []
        for part in each(clip, "Area"):
            for path in each(part, "Path"):
                box = area(path.get("Boundary")) or Area(0, 0, 0, 0)
                space = compose(affine(part.get("CTM")), compose(moved(box.x, box.y), affine(path.get("CTM"))))
                paths.append(operators(text_of(first(path, "AbbreviatedData")), space))
        if paths and all(paths):
            canvas.put(*paths, "W n")


def _stamp(canvas: Canvas, package: OfdPackage, stamp: Stamp, onto: Affine, seals: int) -> None:
    """A seal lies over the text and lets it through, as ink does."""
    picture = picture_in(package.read(stamp.member))
    if picture is None:
        return
    box, clip = stamp.box, stamp.clip or Area(0, 0, stamp.box.width, stamp.box.height)
    canvas.put("q")
    canvas.matrix(onto)
    canvas.put(f"{told(box.x + clip.x, box.y + clip.y, clip.width, clip.height)} re W n")
    canvas.opacity(1.0, multiply=True)
    if picture.kind == "ofd":
        canvas.matrix(inverse(onto))
        _nested(canvas, picture.data, box, onto, seals)
    elif name := canvas.image(f"seal:{stamp.member}", picture.data):
        canvas.put(f"{told(box.width, 0, 0, -box.height, box.x, box.y + box.height)} cm", f"/{name} Do")
    canvas.put("Q")


def _nested(canvas: Canvas, data: bytes, box: Area, onto: Affine, seals: int) -> None:
    """A seal that is a document: its first page, fitted into the box. What is written in it is no text of the page."""
    try:
        package = OfdPackage(data)
    except UnreadableFile:
        return
    try:
        if package.pages:
            inner = page_box(package, package.xml(package.find(package.base, package.pages[0][1])))
            fit = (box.width / (inner.width or 1), 0.0, 0.0, box.height / (inner.height or 1), box.x, box.y)
            runs = list(canvas.runs)
            draw_page(canvas, package, 0, compose(onto, compose(fit, moved(-inner.x, -inner.y))), seals - 1)
            canvas.runs[:] = runs
    finally:
        package.close()
