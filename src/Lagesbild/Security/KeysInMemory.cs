using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Lagesbild.Security;

/// <summary>
/// The framework's keys for protecting forms. Nothing is signed with them that should outlive the process, and by default
/// they would be written, in the clear, to the home folder of whoever runs the service.
/// </summary>
internal sealed class KeysInMemory : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _keys = new();

    public IReadOnlyCollection<XElement> GetAllElements() => [.. _keys];

    public void StoreElement(XElement element, string friendlyName) => _keys.Enqueue(new XElement(element));
}
